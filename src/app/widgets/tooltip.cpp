#include "app/widgets/tooltip.h"

#include "app/host/imgui_host.h"

namespace gf::ui {

void tooltip(std::string_view text) {
    if (!ImGui::IsItemHovered(ImGuiHoveredFlags_ForTooltip)) return;
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(10), px(4)});
    if (ImGui::BeginTooltip()) {
        ImGui::PushTextWrapPos(px(360));
        ImGui::TextUnformatted(text.data(), text.data() + text.size());
        ImGui::PopTextWrapPos();
        record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), text);
        ImGui::EndTooltip();
    }
    ImGui::PopStyleVar();
}

} // namespace gf::ui
