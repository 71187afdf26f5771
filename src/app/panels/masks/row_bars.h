#pragma once
// A bar for each token of the text, as long as something changes there. Used by the demonstrations of masks.

#include "app/host/ui_rect.h"
#include "app/panels/masks/mask_case.h"

#include <span>

namespace gf::ui {

struct RowBars {
    std::span<const real> values; ///< [row]
    real largest = 0;             ///< value of the longest bar; of several charts the same one
    ImU32 colour = 0;
    int lit = -1;  ///< token with a band behind it; -1: none
    real zero = 0; ///< values up to here are written as "0"
};
/// Draws the bars into `area`: the largest and the zeros with their numbers, where there is room.
void draw_row_bars(const RowBars& bars, const UiRect& area);

} // namespace gf::ui
