#pragma once
// Text that runs upwards. Used by the Head panel for the labels along the top of its matrix.

#include <imgui.h>

#include <string_view>

namespace gf::ui {

/// Draws a text upwards from `at`, which is the middle of its left side. After `length` pixels it is cut off.
void draw_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour,
                       std::string_view text);

} // namespace gf::ui
