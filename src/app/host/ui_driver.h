#pragma once
// Hands on the interface for tests and scripts: items are clicked, dragged and set by name.

#include "app/host/imgui_host.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Names are "Window/Label": the root window and the label before "##" (or what stands behind it when nothing
/// stands before). Where labels collide, scopes of the ID stack or child windows go between,
/// "Window/scope/Label"; PushID(3) is the scope "3". Items that were scrolled out of sight are scrolled into
/// it. Windows without a name of their own are "Popup", "Menu", "Combo". All functions run the frames they
/// need and throw Error when there is no such item.
class UiDriver {
  public:
    /// Records items from now on; `run_frame` makes one whole frame.
    UiDriver(ImGuiHost& host, std::function<void()> run_frame);

    void frames(int n);

    void click(std::string_view name) { press(name, ImGuiMouseButton_Left, 1); }
    void double_click(std::string_view name) { press(name, ImGuiMouseButton_Left, 2); }
    void right_click(std::string_view name) { press(name, ImGuiMouseButton_Right, 1); }
    /// Moves the mouse to the middle of the item's visible part, or `offset` from its upper left corner.
    void hover(std::string_view name) { move_to(name, nullptr); }
    void hover(std::string_view name, ImVec2 offset) { move_to(name, &offset); }
    /// Where the mouse is.
    void double_click_here() { press_here(ImGuiMouseButton_Left, 2); }
    void right_click_here() { press_here(ImGuiMouseButton_Right, 1); }
    /// Clicks at `offset` from the item's upper left corner.
    void click_at(std::string_view name, ImVec2 offset);
    /// Presses in the middle of the item, moves by `way`, releases.
    void drag(std::string_view name, ImVec2 way);
    void wheel(std::string_view name, float steps);
    /// Takes the mouse out of the interface.
    void leave();

    /// Types a new value into a slider, number or text field and confirms it.
    void set(std::string_view name, std::string_view value);
    void set(std::string_view name, double value);
    /// Into what has the keyboard's attention.
    void type(std::string_view utf8);
    /// One key with its modifiers, e.g. ImGuiMod_Ctrl | ImGuiKey_K.
    void key(ImGuiKeyChord chord);
    /// Brings a docked window to the front by its tab.
    void select_tab(std::string_view window);

    bool exists(std::string_view name) const;
    /// Of a checkbox or toggle.
    bool is_checked(std::string_view name) const;
    UiRect rect(std::string_view name) const;
    /// All names of the last frame, sorted.
    std::vector<std::string> list() const;
    /// What our widgets and panels wrote into a root window in the last frame, in their order.
    std::vector<std::string> texts(std::string_view window) const;
    /// Rests the mouse on an item until its tooltip is there; what it says, empty if there is none.
    std::string tooltip(std::string_view name) { return rest(name, nullptr); }
    std::string tooltip(std::string_view name, ImVec2 offset) { return rest(name, &offset); }

  private:
    std::vector<const UiItem*> matches(std::string_view name) const;
    const UiItem& find(std::string_view name) const;
    const UiItem& find_visible(std::string_view name);
    void move_to(std::string_view name, const ImVec2* offset);
    std::string rest(std::string_view name, const ImVec2* offset);
    void press(std::string_view name, ImGuiMouseButton button, int times);
    void press_here(ImGuiMouseButton button, int times);

    ImGuiHost& host_;
    std::function<void()> run_frame_;
};

} // namespace gf::ui
