#include "app/widgets/popup.h"

#include "app/host/imgui_host.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_popup_margin = 4;   ///< design length between a popup and the window's edge
constexpr float k_least_height = 120; ///< design length: lower, a popup may cover what it stands beside

/// Moves the current popup into the window, `margin` pixels from its edges.
void keep_inside(float margin) {
    const ImVec2 display = ImGui::GetIO().DisplaySize, at = ImGui::GetWindowPos(),
                 size = ImGui::GetWindowSize();
    const ImVec2 inside{std::clamp(at.x, margin, std::max(display.x - margin - size.x, margin)),
                        std::clamp(at.y, margin, std::max(display.y - margin - size.y, margin))};
    if (inside.x != at.x || inside.y != at.y) ImGui::SetWindowPos(inside);
}

} // namespace

bool begin_popup(const char* name) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float margin = px(k_popup_margin);
    const ImVec2 most{std::max(display.x - 2 * margin, 1.0f), std::max(display.y - 2 * margin, 1.0f)};
    ImGui::SetNextWindowSizeConstraints({0, 0}, most);
    if (!ImGui::BeginPopup(name)) return false;
    keep_inside(margin);
    return true;
}

bool begin_popup_beside(const char* name, const UiRect& what) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float margin = px(k_popup_margin), below = display.y - margin - (what.max.y + margin),
                above = what.min.y - 2 * margin;
    const bool is_above = above > below, is_at_right = what.center().x > display.x / 2;
    ImGui::SetNextWindowPos(
        {is_at_right ? what.max.x : what.min.x, is_above ? what.min.y - margin : what.max.y + margin},
        ImGuiCond_Always, {is_at_right ? 1.0f : 0.0f, is_above ? 1.0f : 0.0f});
    ImGui::SetNextWindowSizeConstraints(
        {0, 0}, {std::max(display.x - 2 * margin, 1.0f), std::max({above, below, px(k_least_height)})});
    if (!ImGui::BeginPopup(name)) return false;
    keep_inside(margin);
    return true;
}

float popup_width(float length) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float around = 2 * (px(k_popup_margin) + style.WindowPadding.x) + style.ScrollbarSize;
    return std::max(std::min(px(length), ImGui::GetIO().DisplaySize.x - around), 1.0f);
}

} // namespace gf::ui
