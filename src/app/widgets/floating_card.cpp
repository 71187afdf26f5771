#include "app/widgets/floating_card.h"

#include "app/host/imgui_host.h"

#include <imgui_internal.h>

#include <algorithm>

namespace gf::ui {

void begin_floating_card(const char* name, const UiRect& rect) {
    constexpr ImGuiWindowFlags k_flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize |
                                         ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoFocusOnAppearing;
    ImGui::SetNextWindowPos(rect.min);
    ImGui::SetNextWindowSize(rect.size());
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(12), px(12)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(8));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, px(1));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, {1, 1});
    ImGui::PushStyleColor(ImGuiCol_Border, theme().line);
    ImGui::Begin(name, nullptr, k_flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(4);
    // Panels that are clicked come to the front of those beside them; the card stays over them, and below
    // popups.
    if (ImGui::GetCurrentContext()->OpenPopupStack.Size == 0)
        ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
}

void end_floating_card() { ImGui::End(); }

bool is_where_person_is(const UiRect& rect) {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImRect area(rect.min, rect.max);
    if (ImGui::IsMousePosValid() && rect.contains(g.IO.MousePos)) return true;
    if (g.NavWindow && g.NavId != 0 && (g.ActiveId != 0 || !g.NavDisableHighlight)) {
        const ImRect item = ImGui::WindowRectRelToAbs(g.NavWindow, g.NavWindow->NavRectRel[g.NavLayer]);
        if (area.Overlaps(item)) return true;
    }
    return std::any_of(g.OpenPopupStack.begin(), g.OpenPopupStack.end(), [&](const ImGuiPopupData& popup) {
        return popup.Window && area.Overlaps(popup.Window->Rect());
    });
}

} // namespace gf::ui
