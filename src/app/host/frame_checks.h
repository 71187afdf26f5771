#pragma once
// What must hold of every frame that stands still, whatever a person did before. Used by
// `glassformer bench fuzz-ui`, with an ItemRecorder that is on.

#include <string>

namespace gf::ui {

class ImGuiHost;

/// What is wrong with the last frame, in words; empty if nothing is: an item that lies where its window
/// cannot be scrolled to, a popup that leaves the program's window, a text that says "nan" in place of a
/// number, a shape that is drawn at a place that is no number.
std::string problem_of_frame(const ImGuiHost& host);

} // namespace gf::ui
