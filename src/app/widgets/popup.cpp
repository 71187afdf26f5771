#include "app/widgets/popup.h"

#include "app/host/imgui_host.h"

#include <imgui_internal.h>

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_popup_margin = 4;   ///< design length between a popup and the window's edge
constexpr float k_least_height = 120; ///< design length: lower, a popup may cover what it stands beside

/// The place nearest to `at` where something of this size is `margin` pixels or more inside of the window.
ImVec2 inside_of_display(ImVec2 at, ImVec2 size, float margin) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    return {std::clamp(at.x, margin, std::max(display.x - margin - size.x, margin)),
            std::clamp(at.y, margin, std::max(display.y - margin - size.y, margin))};
}

/// The size that an open popup had in the frame before; 0 x 0 for others.
ImVec2 size_of_popup(const char* name) {
    const ImGuiID id = ImGui::GetID(name);
    for (const ImGuiPopupData& popup : ImGui::GetCurrentContext()->OpenPopupStack)
        if (popup.PopupId == id && popup.Window) return popup.Window->Size;
    return {0, 0};
}

} // namespace

bool begin_popup(const char* name) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float margin = px(k_popup_margin);
    const ImVec2 most{std::max(display.x - 2 * margin, 1.0f), std::max(display.y - 2 * margin, 1.0f)};
    ImGui::SetNextWindowSizeConstraints({0, 0}, most);
    if (!ImGui::BeginPopup(name)) return false;
    const ImVec2 at = ImGui::GetWindowPos(), inside = inside_of_display(at, ImGui::GetWindowSize(), margin);
    if (inside.x != at.x || inside.y != at.y) ImGui::SetWindowPos(inside);
    return true;
}

bool begin_popup_beside(const char* name, const UiRect& what) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float margin = px(k_popup_margin), below = display.y - margin - (what.max.y + margin),
                above = what.min.y - 2 * margin;
    const bool is_above = above > below, is_at_right = what.center().x > display.x / 2;
    const ImVec2 size = size_of_popup(name);
    ImGui::SetNextWindowPos(inside_of_display({is_at_right ? what.max.x - size.x : what.min.x,
                                               is_above ? what.min.y - margin - size.y : what.max.y + margin},
                                              size, margin));
    ImGui::SetNextWindowSizeConstraints(
        {0, 0}, {std::max(display.x - 2 * margin, 1.0f), std::max({above, below, px(k_least_height)})});
    return ImGui::BeginPopup(name);
}

float popup_width(float length) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float around = 2 * (px(k_popup_margin) + style.WindowPadding.x) + style.ScrollbarSize;
    return std::max(std::min(px(length), ImGui::GetIO().DisplaySize.x - around), 1.0f);
}

} // namespace gf::ui
