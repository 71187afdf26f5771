#pragma once
// The focused cell moves by keys: what a click on its neighbour does. Used by the shell's keys.

#include "app/view/selection.h"
#include "app/view/view.h"

namespace gf::ui {

/// The cell `down` rows and `right` columns from the pinned one, kept inside its matrix. While none of this
/// run is pinned, it is the weight that the row in view gives to itself in the head in view, where there are
/// heads, else that row's first logit.
CellRef moved_cell(const View& view, const Selection& selection, int down, int right);

} // namespace gf::ui
