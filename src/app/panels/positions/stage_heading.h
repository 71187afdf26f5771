#pragma once
// The line over a drawing: its name and what it shows. Used by all drawings of the panel Positions.

#include "app/host/ui_rect.h"

#include <string_view>

namespace gf::ui {

/// Draws a bold title and, behind it in grey, words that are cut where the area ends. Returns the area below.
/// The title is an item that opens the glossary if `term` names an entry.
UiRect draw_heading(const UiRect& area, const char* title, std::string_view words,
                    std::string_view term = {});

} // namespace gf::ui
