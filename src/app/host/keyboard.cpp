#include "app/host/keyboard.h"

#include <imgui_internal.h>

#include <algorithm>
#include <vector>

namespace gf::ui {
namespace {

/// What a person sees as a window: no popup, no host of docks, no tab behind another one.
bool is_in_sight(const ImGuiWindow& w) {
    constexpr int k_others = ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_Popup | ImGuiWindowFlags_NoNavFocus;
    if (!w.WasActive || w.Hidden || (w.Flags & k_others) || w.DockNodeAsHost || w.IsFallbackWindow)
        return false;
    return w.DockIsActive ? w.DockTabIsVisible : !(w.Flags & ImGuiWindowFlags_ChildWindow);
}

} // namespace

bool keyboard_is_taken() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.IO.WantTextInput || g.ActiveId != 0 || (g.NavId != 0 && !g.NavDisableHighlight) ||
           g.OpenPopupStack.Size > 0;
}

bool keyboard_is_on_last_item() {
    return ImGui::IsItemFocused() && !ImGui::GetCurrentContext()->NavDisableHighlight;
}

void show_keyboard_focus() { ImGui::GetCurrentContext()->NavDisableHighlight = false; }

void give_keyboard_back() {
    ImGui::ClearActiveID();
    ImGui::GetCurrentContext()->NavDisableHighlight = true;
}

void close_all_popups() {
    ImGui::ClosePopupToLevel(0, true);
    give_keyboard_back();
}

void focus_next_window(int direction) {
    ImGuiContext& g = *ImGui::GetCurrentContext();
    if (g.OpenPopupStack.Size > 0) return;
    std::vector<ImGuiWindow*> all;
    std::copy_if(g.Windows.begin(), g.Windows.end(), std::back_inserter(all),
                 [](ImGuiWindow* w) { return is_in_sight(*w); });
    if (all.empty()) return;
    std::sort(all.begin(), all.end(), [](const ImGuiWindow* a, const ImGuiWindow* b) {
        return a->Pos.y != b->Pos.y ? a->Pos.y < b->Pos.y : a->Pos.x < b->Pos.x;
    });
    const ImGuiWindow* now = g.NavWindow ? g.NavWindow->RootWindow : nullptr;
    const bool walks = now && g.NavId != 0 && !g.NavDisableHighlight;
    const auto at = std::find(all.begin(), all.end(), now);
    const auto n = static_cast<std::ptrdiff_t>(all.size());
    std::ptrdiff_t next = direction > 0 ? 0 : n - 1; // where nothing is walked yet, it begins at an end
    if (walks && at != all.end()) next = (at - all.begin() + direction + n) % n;
    ImGui::ClearActiveID();
    ImGui::FocusWindow(all[static_cast<std::size_t>(next)]);
    ImGui::NavInitWindow(all[static_cast<std::size_t>(next)], true);
    g.NavDisableHighlight = false;
    g.NavDisableMouseHover = true;
}

} // namespace gf::ui
