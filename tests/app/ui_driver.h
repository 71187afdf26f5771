#pragma once
// Drives the interface by the names of its items, as a person with mouse and keyboard would. Used by the
// tests of the window, and by tests/smoke/item_positions.cpp.

#include "app/host/imgui_host.h"
#include "app/host/ui_hand.h"

#include <cfloat>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Names are "Window/Label", see window_key() and label_name(). If several items of a window have the same
/// label, scopes of the ID stack or child windows go between, "Window/scope/Label"; PushID(3) makes the scope
/// "3". Items that were scrolled out of sight are scrolled into it. All functions run as many frames as they
/// need to.
/// @throws Error if there is no such item, or more than one
class UiDriver {
  public:
    /// Switches the host's recorder on. `run_frame` makes one whole frame.
    UiDriver(ImGuiHost& host, std::function<void()> run_frame);

    /// Runs `n` frames.
    void frames(int n) { hand_.frames(n); }

    void click(std::string_view name) { press(name, ImGuiMouseButton_Left, 1); }
    void double_click(std::string_view name) { press(name, ImGuiMouseButton_Left, 2); }
    void right_click(std::string_view name) { press(name, ImGuiMouseButton_Right, 1); }
    /// Moves the mouse to the middle of the item's visible part, or `offset` from its upper left corner.
    void hover(std::string_view name) { move_to(name, nullptr); }
    void hover(std::string_view name, ImVec2 offset) { move_to(name, &offset); }
    /// Presses where the mouse is now.
    void double_click_here() { hand_.press(ImGuiMouseButton_Left, 2); }
    void right_click_here() { hand_.press(ImGuiMouseButton_Right); }
    /// Clicks at `offset` from the item's upper left corner.
    void click_at(std::string_view name, ImVec2 offset);
    /// Presses in the middle of the item, moves by `distance` pixels, releases.
    void drag(std::string_view name, ImVec2 distance);
    void wheel(std::string_view name, float steps);
    /// Takes the mouse out of the interface.
    void leave() { hand_.move_to({-FLT_MAX, -FLT_MAX}); }

    /// Types a new value into a slider, number or text field and confirms it.
    void set(std::string_view name, std::string_view value);
    void set(std::string_view name, double value);
    /// Types into the item that has the keyboard.
    void type(std::string_view utf8) { hand_.type(utf8); }
    /// Presses and releases one key with its modifiers, e.g. ImGuiMod_Ctrl | ImGuiKey_K.
    void key(ImGuiKeyChord chord) { hand_.key(chord); }
    /// Brings a docked window to the front by its tab.
    void select_tab(std::string_view window);

    bool exists(std::string_view name) const;
    /// Whether a checkbox or toggle is on, or whether the item is the chosen one of several.
    bool is_checked(std::string_view name) const;
    UiRect rect(std::string_view name) const;
    /// The names of all items of the last frame, sorted.
    std::vector<std::string> list() const;
    /// The texts that widgets and panels wrote into a root window in the last frame, in this order.
    std::vector<std::string> texts(std::string_view window) const;
    /// Rests the mouse on an item until its tooltip appears. Returns what it says, empty if there is none.
    std::string tooltip(std::string_view name) { return wait_for_tooltip(name, nullptr); }
    std::string tooltip(std::string_view name, ImVec2 offset) { return wait_for_tooltip(name, &offset); }

  private:
    std::vector<const UiItem*> find_all(std::string_view name) const;
    const UiItem& find(std::string_view name) const;
    /// Scrolls until the item can be seen.
    const UiItem& find_visible(std::string_view name);
    /// `offset`: from the upper left corner; null: the middle of the visible part.
    void move_to(std::string_view name, const ImVec2* offset);
    std::string wait_for_tooltip(std::string_view name, const ImVec2* offset);
    void press(std::string_view name, ImGuiMouseButton button, int times);

    ImGuiHost& host_;
    UiHand hand_;
};

} // namespace gf::ui
