#pragma once
// The program draws only when something changed. Code that changes the picture without a person's input (a
// value that glides, work that is spread over frames, the session's worker) asks for a frame here. GlfwWindow
// sleeps until then.

#include <cstdint>

namespace gf::ui {

/// Asks for another frame. Any thread may call it; a panel in motion calls it in each frame.
void request_frame();

/// How often request_frame() was called since the program started. While it does not change from frame to
/// frame, nothing moves: `shot` and tests wait for that.
std::uint64_t n_frame_requests();

// The rest is for GlfwWindow.

/// Why the next frame may be wanted soon.
struct FrameReasons {
    bool is_wanted = false;       ///< somebody asked for it
    bool input_is_queued = false; ///< Dear ImGui takes a few events in each frame: others wait for the next
    bool caret_blinks = false;    ///< somebody types
    double since_input = 0;       ///< seconds since a person did something
};
/// Seconds that the window may sleep before its next frame, unless an event wakes it: 0 not at all, infinity
/// until there is one.
double seconds_to_sleep(const FrameReasons& reasons);

/// Whether a frame was asked for since the last call of this function.
bool take_frame_request();
/// Sets the function that is called, from any thread, at the first request after take_frame_request(). Null
/// while there is no window.
void wake_on_request(void (*wake)());

} // namespace gf::ui
