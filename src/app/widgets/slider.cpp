// Widgets that take a value: slider and text field.
#include "app/host/colour_math.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <imgui_internal.h>
#include <misc/cpp/imgui_stdlib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace gf::ui {
namespace {

constexpr float k_slider_height = 20;

/// The part of Dear ImGui's slider before it draws: makes it active, or turns it into a text field. True: a
/// text field.
bool becomes_text(ImGuiWindow* window, ImGuiID id, bool hovered) {
    if (ImGui::TempInputIsActive(id)) return true;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    const bool clicked = hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left, ImGuiInputFlags_None, id);
    if (!clicked && g.NavActivateId != id) return false;
    if (clicked) ImGui::SetKeyOwner(ImGuiKey_MouseLeft, id);
    if ((clicked && g.IO.KeyCtrl) || (!clicked && (g.NavActivateFlags & ImGuiActivateFlags_PreferInput)))
        return true;
    ImGui::SetActiveID(id, window);
    ImGui::SetFocusID(id, window);
    ImGui::FocusWindow(window);
    g.ActiveIdUsingNavDirMask |= 1 << ImGuiDir_Left | 1 << ImGuiDir_Right;
    return false;
}

void draw_slider(const UiRect& box, float knob_x, bool lit) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = std::floor(box.center().y), half = px(2);
    list.AddRectFilled({box.min.x, middle - half}, {box.max.x, middle + half},
                       ImGui::GetColorU32(t.control_hover), half);
    list.AddRectFilled({box.min.x, middle - half}, {knob_x, middle + half}, ImGui::GetColorU32(t.accent),
                       half);
    list.AddCircleFilled({knob_x, middle}, px(lit ? 8 : 7), ImGui::GetColorU32(t.accent));
}

struct SliderRange {
    ImGuiDataType type;
    const void *least, *greatest;
};

bool slider(const char* label, void* value, const SliderRange& range, const char* format, int flags) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (window->SkipItems) return false;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImGuiID id = window->GetID(label);
    const ImVec2 at = window->DC.CursorPos;
    const ImRect box(at,
                     {at.x + std::max(ImGui::GetContentRegionAvail().x, px(32)), at.y + px(k_slider_height)});
    ImGui::ItemSize(box);
    if (!ImGui::ItemAdd(box, id, nullptr, ImGuiItemFlags_Inputable)) return false;
    const bool hovered = ImGui::ItemHoverable(box, id, g.LastItemData.InFlags);
    if (becomes_text(window, id, hovered)) {
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {px(8), (box.GetHeight() - g.FontSize) / 2});
        const bool clamps = flags & ImGuiSliderFlags_AlwaysClamp;
        const bool typed =
            ImGui::TempInputScalar(box, id, label, range.type, value, format, clamps ? range.least : nullptr,
                                   clamps ? range.greatest : nullptr);
        ImGui::PopStyleVar();
        return typed;
    }
    ImRect knob;
    ImGui::PushStyleVar(ImGuiStyleVar_GrabMinSize,
                        px(12)); // the knob's width less ImGui's padding of 2 on both sides
    const bool changed =
        ImGui::SliderBehavior(box, id, range.type, value, range.least, range.greatest, format, flags, &knob);
    ImGui::PopStyleVar();
    if (changed) ImGui::MarkItemEdited(id);
    draw_slider({box.Min, box.Max}, knob.GetCenter().x, hovered || g.ActiveId == id);
    put_focus_ring_of_last_item(px(4));
    IMGUI_TEST_ENGINE_ITEM_INFO(id, label, g.LastItemData.StatusFlags | ImGuiItemStatusFlags_Inputable);
    return changed;
}

/// Where the text of the field that was just made runs out of it, an ellipsis on a fade.
void fade_overflow(std::string_view text) {
    ImFont* f = ImGui::GetFont();
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    const float padding = px(10), right = max.x - padding;
    const char *end = text.data() + text.size(), *rest = end;
    f->CalcTextSizeA(f->FontSize, right - min.x - padding, 0, text.data(), end,
                     &rest); // stops where the room ends
    if (rest == end) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 ground = theme().panel, clear = with_alpha(ground, 0);
    const float begin = std::max(right - measure(f, "…").x, min.x + padding),
                rounding = ImGui::GetStyle().FrameRounding;
    list.AddRectFilledMultiColor({std::max(begin - px(20), min.x + px(2)), min.y + px(2)},
                                 {begin, max.y - px(2)}, clear, ground, ground, clear);
    list.AddRectFilled({begin, min.y}, max, ground, rounding, ImDrawFlags_RoundCornersRight);
    list.AddRect(min, max, theme().border, rounding, 0, std::max(px(1), 1.0f)); // letters reach into it
    put_text(list, {{begin, min.y}, {max.x, max.y}}, begin, f, theme().muted, "…");
}

} // namespace

bool slim_slider(const char* label, float& value, float least, float greatest, const char* format,
                 int flags) {
    return slider(label, &value, {ImGuiDataType_Float, &least, &greatest}, format,
                  flags | ImGuiSliderFlags_AlwaysClamp);
}

bool slim_slider(const char* label, int& value, int least, int greatest, const char* format, int flags) {
    return slider(label, &value, {ImGuiDataType_S32, &least, &greatest}, format,
                  flags | ImGuiSliderFlags_AlwaysClamp);
}

bool text_field(const char* label, std::string& text, const char* hint, float width, int flags) {
    const Theme& t = theme();
    char unseen[128]; // ImGui would write the label behind the field
    std::snprintf(unseen, sizeof unseen, "##%s", label);
    const bool active = ImGui::GetActiveID() == ImGui::GetID(unseen);
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        {px(10), std::floor((px(k_control_height) - ImGui::GetFontSize()) / 2)});
    ImGui::PushStyleVar(ImGuiStyleVar_FrameBorderSize, std::max(px(1), 1.0f));
    for (const ImGuiCol place : {ImGuiCol_FrameBg, ImGuiCol_FrameBgHovered, ImGuiCol_FrameBgActive})
        ImGui::PushStyleColor(place, t.panel);
    ImGui::PushStyleColor(ImGuiCol_Border, active ? t.accent : t.border);
    ImGui::SetNextItemWidth(width);
    const bool changed = ImGui::InputTextWithHint(unseen, hint, &text, flags);
    ImGui::PopStyleColor(4);
    ImGui::PopStyleVar(2);
    if (!active) fade_overflow(text.empty() ? std::string_view(hint) : text);
    return changed;
}

} // namespace gf::ui
