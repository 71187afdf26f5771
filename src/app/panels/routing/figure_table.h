#pragma once
// Lines of a small table: words at the left, numbers in columns whose right edges stand below each other.
// Used by the panel Load.

#include "app/host/imgui_host.h"

#include <span>
#include <string_view>

namespace gf::ui {

struct FigureLine {
    std::string_view words;
    std::span<const std::string_view> numbers; ///< the last one ends at the right edge of the window
    bool heading = false;                      ///< in small grey type
    bool bold = false;
};
/// Draws a line at the cursor; each column is `column` design lengths wide. Returns its rectangle.
UiRect figure_line(const FigureLine& line, float column);

} // namespace gf::ui
