#include "app/widgets/card.h"

#include "app/host/imgui_host.h"
#include "app/host/keyboard.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

bool begin_card(const char* name, float width, float top) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float card_width = std::min(width, display.x - px(16));
    // In a low window the card stands higher up, so that something of it can be seen.
    const float margin = std::min(px(8), display.y / 8),
                least_height = std::min(px(80), display.y - 2 * margin);
    top = std::clamp(top, margin, std::max(display.y - margin - least_height, margin));
    const float max_height = display.y - top - margin;
    ImGui::SetNextWindowPos({std::floor((display.x - card_width) / 2), top});
    ImGui::SetNextWindowSizeConstraints({card_width, 0}, {card_width, max_height});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(12), px(12)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(10));
    ImGui::PushStyleColor(ImGuiCol_ModalWindowDimBg, with_alpha(rgb(0x000000), theme().dark ? 0.45f : 0.18f));
    constexpr ImGuiWindowFlags k_flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings |
                                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_AlwaysAutoResize;
    const bool open = ImGui::BeginPopupModal(name, nullptr, k_flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
    if (!open) return false;
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const bool beside = ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsWindowAppearing() &&
                        !UiRect{at, {at.x + size.x, at.y + size.y}}.contains(ImGui::GetMousePos());
    if (beside || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    return true;
}

void end_card() { ImGui::EndPopup(); }

} // namespace gf::ui
