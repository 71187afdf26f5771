#pragma once
// Text that does not run from left to right. Used by Flow and Head for the labels along the top of matrices.

#include <imgui.h>

#include <string_view>

namespace gf::ui {

/// Draws a text upwards from `at`, which is the middle of its left side. After `length` pixels it is cut off.
void draw_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour,
                       std::string_view text);
/// The same at an angle: 0 runs to the right, 90 upwards.
void draw_text_slanted(ImDrawList& list, ImFont* font, ImVec2 at, float length, float degrees, ImU32 colour,
                       std::string_view text);

} // namespace gf::ui
