#pragma once
// The focused cell moves by keys: what a click on its neighbour does. Used by the shell's keys.

#include "app/view/selection.h"
#include "app/view/view.h"

namespace gf::ui {

/// The cell `down` rows and `right` columns from the pinned one, kept inside its matrix. None while no cell
/// of this run is pinned, and none for scores and weights: the panels that show those move among keys
/// themselves.
std::optional<CellRef> moved_cell(const View& view, const Selection& selection, int down, int right);

} // namespace gf::ui
