#include "app/widgets/widget_parts.h"

#include "app/host/keyboard.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf::ui {

ButtonItem button_item(const char* label, ImVec2 size, Mark mark) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    ButtonItem item;
    if (window->SkipItems) return item;
    const ImVec2 at = window->DC.CursorPos;
    const ImGuiID id = window->GetID(label);
    item.box = {at, {at.x + size.x, at.y + size.y}};
    const ImRect box(item.box.min, item.box.max);
    ImGui::ItemSize(box);
    if (!ImGui::ItemAdd(box, id)) return item;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    item.seen = true;
    item.pressed = ImGui::ButtonBehavior(box, id, &item.hovered, &item.held);
    item.pressed_by_key = item.pressed && g.NavActivatePressedId == id;
    item.focused_by_key = g.NavId == id && !g.NavDisableHighlight;
    const int status = mark == Mark::none ? 0
                                          : ImGuiItemStatusFlags_Checkable |
                                                (mark == Mark::chosen ? ImGuiItemStatusFlags_Checked : 0);
    IMGUI_TEST_ENGINE_ITEM_INFO(id, label, g.LastItemData.StatusFlags | status);
    return item;
}

int alt_arrow(const ButtonItem& item) {
    if (!item.focused_by_key || !ImGui::GetIO().KeyAlt) return 0;
    keep_alt_arrows();
    const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key, true); };
    return pressed(ImGuiKey_RightArrow) ? 1 : pressed(ImGuiKey_LeftArrow) ? -1 : 0;
}

void keep_alt_arrows() {
    for (const ImGuiKey key : {ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow})
        ImGui::SetKeyOwner(key, ImGui::GetItemID());
}

void text_item(const char* label, ImVec2 size) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImRect box(at, {at.x + size.x, at.y + size.y});
    const ImGuiID id = ImGui::GetID(label);
    ImGui::ItemSize(box);
    ImGuiContext& g = *ImGui::GetCurrentContext(); // the macro asks for this name
    if (ImGui::ItemAdd(box, id, nullptr, ImGuiItemFlags_NoNav | ImGuiItemFlags_NoTabStop))
        IMGUI_TEST_ENGINE_ITEM_INFO(id, label, g.LastItemData.StatusFlags);
}

float available_width() { return std::max(ImGui::GetContentRegionAvail().x, 1.0f); }

UiRect inside_of_window() {
    const ImRect& inside = ImGui::GetCurrentWindow()->InnerRect;
    return {inside.Min, inside.Max};
}

std::string_view shown_text(const char* label) {
    const std::string_view all(label);
    return all.substr(0, all.find("##"));
}

ImVec2 measure(ImFont* font, std::string_view text) {
    if (text.empty()) return {0, font->FontSize}; // it may have no characters to point to
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size());
}

void draw_text(ImDrawList& list, const UiRect& box, float left, ImFont* font, ImU32 colour,
               std::string_view text) {
    const ImVec2 at{std::floor(left), std::floor(box.min.y + (box.height() - font->FontSize) / 2)};
    list.AddText(font, font->FontSize, at, ImGui::GetColorU32(colour), text.data(),
                 text.data() + text.size());
    record_text(font, at, text);
}

void draw_text_centred(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour,
                       std::string_view text) {
    draw_text(list, box, box.center().x - measure(font, text).x / 2, font, colour, text);
}

void draw_text_cut(ImDrawList& list, const UiRect& box, ImFont* font, ImU32 colour, std::string_view text) {
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

void draw_fill(ImDrawList& list, const UiRect& box, ImU32 colour, float rounding) {
    list.AddRectFilled(box.min, box.max, ImGui::GetColorU32(colour), rounding);
}

void draw_border(ImDrawList& list, const UiRect& box, ImU32 colour, float rounding) {
    list.AddRect(box.min, box.max, ImGui::GetColorU32(colour), rounding, 0, px(1));
}

namespace {

void draw_ring(const UiRect& box, float rounding) {
    const float gap = px(2);
    const UiRect ring = box.grown(gap);
    ImGui::GetWindowDrawList()->AddRect(ring.min, ring.max, theme().accent, rounding + gap, 0, px(2));
}

} // namespace

void draw_focus_ring(const ButtonItem& item, float rounding) {
    if (item.focused_by_key) draw_ring(item.box, rounding);
}

void draw_focus_ring_of_last_item(float rounding) {
    if (keyboard_is_on_last_item()) draw_ring({ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}, rounding);
}

} // namespace gf::ui
