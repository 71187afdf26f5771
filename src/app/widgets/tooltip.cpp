#include "app/widgets/tooltip.h"

#include "app/host/imgui_host.h"
#include "app/widgets/placed_beside.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_width = 360, k_padding_x = 10, k_padding_y = 4; // design lengths

} // namespace

void tooltip(std::string_view text) {
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) return;
    const ImVec2 padding{px(k_padding_x), px(k_padding_y)};
    const float wrap = std::max(
        std::min(px(k_width), ImGui::GetIO().DisplaySize.x - 2 * (padding.x + px(k_padding_x))), px(40));
    const FontScope scope(TextSize::body); // whatever the item is written in
    const ImVec2 size = ImGui::CalcTextSize(text.data(), text.data() + text.size(), false, wrap);
    ImGui::SetNextWindowPos(
        place_beside(region_of_last_item(), {size.x + 2 * padding.x, size.y + 2 * padding.y}));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
    if (ImGui::BeginTooltip()) {
        ImGui::PushTextWrapPos(padding.x + wrap);
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopTextWrapPos();
        record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), text);
        ImGui::EndTooltip();
    }
    ImGui::PopStyleVar();
}

} // namespace gf::ui
