#include "app/widgets/slider.h"

#include "app/widgets/widget_parts.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_slider_height = 20; // design lengths

/// What ImGui::SliderScalar() does before it draws: makes the slider active, or turns it into a text field.
/// Returns whether it is a text field.
bool becomes_text_field(ImGuiWindow* window, ImGuiID id, bool hovered) {
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

/// The type of the value and its limits, as ImGui's functions for any type want them.
struct SliderRange {
    ImGuiDataType type;
    const void *least, *greatest;
};

/// True when the value changed.
bool scalar_slider(const char* label, void* value, const SliderRange& range, const char* format, int flags) {
    ImGuiWindow* window = ImGui::GetCurrentWindow();
    if (window->SkipItems) return false;
    ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImGuiID id = window->GetID(label);
    const ImVec2 at = window->DC.CursorPos;
    const float width = std::max(ImGui::GetContentRegionAvail().x, px(32));
    const ImRect box(at, {at.x + width, at.y + px(k_slider_height)});
    ImGui::ItemSize(box);
    if (!ImGui::ItemAdd(box, id, nullptr, ImGuiItemFlags_Inputable)) return false;
    const bool hovered = ImGui::ItemHoverable(box, id, g.LastItemData.InFlags);
    if (becomes_text_field(window, id, hovered)) {
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {px(8), (box.GetHeight() - g.FontSize) / 2});
        const bool typed =
            ImGui::TempInputScalar(box, id, label, range.type, value, format, range.least, range.greatest);
        ImGui::PopStyleVar();
        return typed;
    }
    ImRect knob;
    // ImGui adds a padding of 2 on both sides to the knob's width.
    ImGui::PushStyleVar(ImGuiStyleVar_GrabMinSize, px(12));
    const bool changed = ImGui::SliderBehavior(box, id, range.type, value, range.least, range.greatest,
                                               format, flags | ImGuiSliderFlags_AlwaysClamp, &knob);
    ImGui::PopStyleVar();
    if (changed) ImGui::MarkItemEdited(id);
    draw_slider({box.Min, box.Max}, knob.GetCenter().x, hovered || g.ActiveId == id);
    draw_focus_ring_of_last_item(px(4));
    IMGUI_TEST_ENGINE_ITEM_INFO(id, label, g.LastItemData.StatusFlags | ImGuiItemStatusFlags_Inputable);
    return changed;
}

} // namespace

bool slim_slider(const char* label, float& value, float least, float greatest, const char* format,
                 int flags) {
    return scalar_slider(label, &value, {ImGuiDataType_Float, &least, &greatest}, format, flags);
}

bool slim_slider(const char* label, int& value, int least, int greatest, const char* format, int flags) {
    return scalar_slider(label, &value, {ImGuiDataType_S32, &least, &greatest}, format, flags);
}

} // namespace gf::ui
