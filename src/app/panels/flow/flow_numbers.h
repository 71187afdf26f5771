#pragma once
// The numbers inside the cells of Flow's matrices, where cells are large enough to hold them. Drawn by
// FlowPanel over the heat maps.

#include "app/panels/flow/flow_columns.h"
#include "app/view/view.h"
#include "render/colour_map.h"

#include <imgui.h>

namespace gf::ui {

/// Writes each visible value of a matrix in its cell: weights as ".66", others with one digit after the
/// point. Nothing where the cells are too small. `scale`: the colours of the cells.
void draw_cell_numbers(ImDrawList& list, const FlowColumn& column, const View& view, const FlowLayout& layout,
                       const ColourScale& scale);

} // namespace gf::ui
