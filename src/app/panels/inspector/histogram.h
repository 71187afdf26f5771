#pragma once
// The histogram of the values of a matrix, drawn with ImPlot for the Inspector.

#include "app/host/item_recorder.h"
#include "app/panels/inspector/matrix_statistics.h"

namespace gf::ui {

/// Fills `area`, the labels of its axis included. The item "histogram" tells on hover how many values a bar
/// stands for. Counts are logarithmic, and say so, where only one or two bars could be seen otherwise.
void draw_histogram(const MatrixStatistics& statistics, const UiRect& area);

} // namespace gf::ui
