#pragma once
// Text that runs upwards, for labels along the top of a matrix.

#include <imgui.h>

#include <string_view>

namespace gf::ui {

/// From `at` (the middle of the text's left side, which becomes its bottom) upwards, cut off after `length`
/// pixels.
void add_text_upwards(ImDrawList& list, ImFont* font, ImVec2 at, float length, ImU32 colour,
                      std::string_view text);

} // namespace gf::ui
