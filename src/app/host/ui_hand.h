#pragma once
// A person's hand: mouse and keyboard as Dear ImGui gets them, with the frames that each movement takes. Used
// by tests/app/ui_driver.h, which finds items by their names, and by `glassformer bench fuzz-ui`.

#include <imgui.h>

#include <functional>
#include <string_view>

namespace gf::ui {

class UiHand {
  public:
    /// `run_frame` makes one whole frame.
    explicit UiHand(std::function<void()> run_frame) : run_frame_(std::move(run_frame)) {}

    void frames(int n);
    /// Moves the mouse to a place in the window, in pixels.
    void move_to(ImVec2 place);
    /// Presses and releases a button where the mouse is, so many times in quick succession.
    void press(ImGuiMouseButton button, int times = 1);
    /// Presses the left button, moves by `distance` pixels, releases.
    void drag(ImVec2 distance);
    void wheel(float steps);
    /// Presses and releases one key with its modifiers, e.g. ImGuiMod_Ctrl | ImGuiKey_K.
    void key(ImGuiKeyChord chord);
    /// Types into the item that has the keyboard.
    void type(std::string_view utf8);

  private:
    std::function<void()> run_frame_;
};

} // namespace gf::ui
