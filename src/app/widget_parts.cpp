#include "app/widget_parts.h"

#include <cmath>

namespace gf {

ButtonItem button_item(const char* label, ImVec2 size, int status) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    ButtonItem item;
    if (window->SkipItems) return item;
    const ImVec2 at = window->DC.CursorPos;
    item.id = window->GetID(label);
    item.box = ImRect(at, {at.x + size.x, at.y + size.y});
    ImGui::ItemSize(item.box);
    if (!ImGui::ItemAdd(item.box, item.id)) return item;
    item.seen = true;
    item.pressed = ImGui::ButtonBehavior(item.box, item.id, &item.hovered, &item.held);
    ImGuiContext& g = *ImGui::GetCurrentContext(); // the macro asks for this name
    IMGUI_TEST_ENGINE_ITEM_INFO(item.id, label, g.LastItemData.StatusFlags | status);
    return item;
}

std::string_view shown(const char* label) {
    const std::string_view all(label);
    return all.substr(0, all.find("##"));
}

ImVec2 measure(ImFont* font, std::string_view text) {
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size());
}

void put_text(ImDrawList& list, const ImRect& box, float left, ImFont* font, ImU32 colour,
              std::string_view text) {
    const ImVec2 at{std::floor(left), std::floor(box.Min.y + (box.GetHeight() - font->FontSize) / 2)};
    list.AddText(font, font->FontSize, at, ImGui::GetColorU32(colour), text.data(),
                 text.data() + text.size());
    record_text(font, at, text);
}

void put_text_centred(ImDrawList& list, const ImRect& box, ImFont* font, ImU32 colour,
                      std::string_view text) {
    put_text(list, box, box.GetCenter().x - measure(font, text).x / 2, font, colour, text);
}

void put_text_cut(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour, std::string_view text) {
    if (box.width() <= 0) return;
    const float top = std::floor(box.min.y + (box.height() - font->FontSize) / 2);
    ImGui::PushFont(font);
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    record_text(font, {std::floor(box.min.x), top}, text, box.width());
    ImGui::RenderTextEllipsis(&list, {std::floor(box.min.x), top}, {box.max.x, top + font->FontSize},
                              box.max.x, box.max.x, text.data(), text.data() + text.size(), nullptr);
    ImGui::PopStyleColor();
    ImGui::PopFont();
}

void put_focus_ring(const ButtonItem& item, float rounding) {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    if (g.NavId != item.id || g.NavDisableHighlight) return;
    const float gap = px(2);
    ImGui::GetWindowDrawList()->AddRect({item.box.Min.x - gap, item.box.Min.y - gap},
                                        {item.box.Max.x + gap, item.box.Max.y + gap}, theme().accent,
                                        rounding + gap, 0, px(2));
}

void put_focus_ring_of_last_item(float rounding) {
    const ImGuiLastItemData& last = ImGui::GetCurrentContext()->LastItemData;
    ButtonItem item;
    item.id = last.ID;
    item.box = last.Rect;
    put_focus_ring(item, rounding);
}

} // namespace gf
