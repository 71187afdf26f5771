#include "app/host/keyboard.h"

#include <imgui_internal.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace gf::ui {
namespace {

/// Whether a person sees it as a window: it is no popup, no host of docks and no tab behind another one.
bool is_in_sight(const ImGuiWindow& w) {
    constexpr int k_excluded =
        ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_Popup | ImGuiWindowFlags_NoNavFocus;
    if (!w.WasActive || w.Hidden || (w.Flags & k_excluded) || w.DockNodeAsHost || w.IsFallbackWindow)
        return false;
    return w.DockIsActive ? w.DockTabIsVisible : !(w.Flags & ImGuiWindowFlags_ChildWindow);
}

/// Whether a ring marks the item that has the keyboard.
bool has_ring(const ImGuiContext& g) { return g.NavId != 0 && !g.NavDisableHighlight; }

} // namespace

bool keyboard_is_taken() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return g.IO.WantTextInput || g.ActiveId != 0 || has_ring(g) || g.OpenPopupStack.Size > 0;
}

bool keyboard_walks() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    return has_ring(g) && !g.IO.WantTextInput && g.ActiveId == 0 && g.OpenPopupStack.Size == 0;
}

void keep_keys_from_navigation() {
    const ImGuiContext& g = *ImGui::GetCurrentContext();
    const ImGuiID owner = ImHashStr("program");
    const auto keep = [owner](std::initializer_list<ImGuiKey> keys) {
        for (const ImGuiKey key : keys) ImGui::SetKeyOwner(key, owner);
    };
    // The item that had the ring is gone, e.g. with its panel: keys would go nowhere, and nothing would say
    // so.
    if (keyboard_walks() && !g.NavIdIsAlive) give_keyboard_back();
    // Else Alt, which lights what a value feeds, would bring the keyboard to the tabs of a panel.
    keep({ImGuiKey_LeftAlt, ImGuiKey_RightAlt});
    // Else Esc would bring it from a panel's child window to the panel.
    if (!keyboard_is_taken() || keyboard_walks()) keep({ImGuiKey_Escape});
    // Else an arrow would walk through the items of the window that was clicked last.
    if (!keyboard_is_taken())
        keep({ImGuiKey_LeftArrow, ImGuiKey_RightArrow, ImGuiKey_UpArrow, ImGuiKey_DownArrow, ImGuiKey_Home,
              ImGuiKey_End});
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
    std::vector<ImGuiWindow*> windows; // in reading order
    std::copy_if(g.Windows.begin(), g.Windows.end(), std::back_inserter(windows),
                 [](ImGuiWindow* w) { return is_in_sight(*w); });
    if (windows.empty()) return;
    std::sort(windows.begin(), windows.end(), [](const ImGuiWindow* a, const ImGuiWindow* b) {
        return a->Pos.y != b->Pos.y ? a->Pos.y < b->Pos.y : a->Pos.x < b->Pos.x;
    });
    const ImGuiWindow* current = g.NavWindow ? g.NavWindow->RootWindow : nullptr;
    const bool is_walking = current && g.NavId != 0 && !g.NavDisableHighlight;
    const auto at = std::find(windows.begin(), windows.end(), current);
    const auto n = static_cast<std::ptrdiff_t>(windows.size());
    std::ptrdiff_t next = direction > 0 ? 0 : n - 1; // the first or last window, unless the person is in one
    if (is_walking && at != windows.end()) next = (at - windows.begin() + direction + n) % n;
    ImGui::ClearActiveID();
    ImGui::FocusWindow(windows[static_cast<std::size_t>(next)]);
    ImGui::NavInitWindow(windows[static_cast<std::size_t>(next)], true);
    g.NavDisableHighlight = false;
    g.NavDisableMouseHover = true;
}

CellStep alt_arrow_step() {
    if (ImGui::GetIO().KeyMods != ImGuiMod_Alt) return {};
    const auto pressed = [](ImGuiKey key) { return ImGui::IsKeyPressed(key, true) ? 1 : 0; };
    return {pressed(ImGuiKey_DownArrow) - pressed(ImGuiKey_UpArrow),
            pressed(ImGuiKey_RightArrow) - pressed(ImGuiKey_LeftArrow)};
}

} // namespace gf::ui
