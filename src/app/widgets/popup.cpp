#include "app/widgets/popup.h"

#include "app/host/imgui_host.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_popup_margin = 4; ///< design length between a popup and the window's edge

} // namespace

bool begin_popup(const char* name) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float margin = px(k_popup_margin);
    const ImVec2 most{std::max(display.x - 2 * margin, 1.0f), std::max(display.y - 2 * margin, 1.0f)};
    ImGui::SetNextWindowSizeConstraints({0, 0}, most);
    if (!ImGui::BeginPopup(name)) return false;
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const ImVec2 inside{std::clamp(at.x, margin, std::max(display.x - margin - size.x, margin)),
                        std::clamp(at.y, margin, std::max(display.y - margin - size.y, margin))};
    if (inside.x != at.x || inside.y != at.y) ImGui::SetWindowPos(inside);
    return true;
}

float popup_width(float length) {
    const ImGuiStyle& style = ImGui::GetStyle();
    const float around = 2 * (px(k_popup_margin) + style.WindowPadding.x) + style.ScrollbarSize;
    return std::max(std::min(px(length), ImGui::GetIO().DisplaySize.x - around), 1.0f);
}

} // namespace gf::ui
