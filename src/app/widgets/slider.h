#pragma once
// A slider for a number. Used by the chain of the Sampling panel and by the transport bar.

namespace gf::ui {

/// A thin track with a round knob over the whole width; Ctrl+click types a value. It shows no number: write
/// the value beside it. True when changed. `format` serves typing; `flags` are ImGuiSliderFlags, such as
/// ImGuiSliderFlags_Logarithmic.
bool slim_slider(const char* label, float& value, float least, float greatest, const char* format = "%.2f",
                 int flags = 0);
bool slim_slider(const char* label, int& value, int least, int greatest, const char* format = "%d",
                 int flags = 0);

} // namespace gf::ui
