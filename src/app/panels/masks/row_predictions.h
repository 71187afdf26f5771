#pragma once
// Beside the matrix of the Masks panel: what each row predicts without the rules of the masks and with them.

#include "app/panels/masks/mask_case.h"
#include "app/widgets/heat_map_widget.h"

namespace gf::ui {

/// Width in design lengths that the list wants.
inline constexpr float k_row_predictions_width = 250;

/// Draws into `area`, each line beside its row of the matrix at `place`. Where rows are too low for a line,
/// bars show how much each row changes.
void draw_row_predictions(const MaskCase& mask_case, const PlacedHeatMap& place, const HeatMapView& view,
                          const UiRect& area);

/// How many rows predict another token than before.
int n_rows_that_turn(const MaskCase& mask_case);

} // namespace gf::ui
