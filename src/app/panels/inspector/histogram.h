#pragma once
// The histogram of a matrix: how often which values are.

#include "app/host/item_recorder.h"
#include "app/panels/inspector/matrix_figures.h"

namespace gf::ui {

/// Fills `area`, axis labels included. The item "histogram" tells on hover how many values a bar stands for.
/// Counts are logarithmic, and say so, where all bars but one or two were invisible.
void draw_histogram(const MatrixFigures& figures, const UiRect& area);

} // namespace gf::ui
