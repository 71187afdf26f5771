#pragma once
// The program draws only when something changed. Whoever changes something on screen outside of a person's
// input (a value that glides, work that is spread over frames, the session's worker) asks for a frame here.

#include <cstdint>

namespace gf::ui {

/// Asks for another frame. Any thread may call it; a panel in motion calls it in each frame.
void request_frame();

/// How often request_frame() was called since the start. Pictures and tests see by it when nothing moves any
/// more.
std::uint64_t n_frame_requests();

// For the window's back end.

/// Whether a frame was asked for since the last call.
bool take_frame_request();
/// `wake` is called, from any thread, at the first request after a frame; null while there is no window.
void wake_on_request(void (*wake)());

} // namespace gf::ui
