#pragma once
// The line over a drawing: its name and what it shows. Used by all drawings of the panel Positions.

#include "app/host/ui_rect.h"

#include <string_view>

namespace gf::ui {

/// Draws a bold title and, behind it in grey, words that are cut where the area ends. Returns the area below.
UiRect draw_heading(const UiRect& area, std::string_view title, std::string_view words);

} // namespace gf::ui
