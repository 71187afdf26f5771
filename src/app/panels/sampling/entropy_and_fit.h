#pragma once
// The lines between the chain and the table of the Sampling panel: how open the choice is, what the stages do
// to it, and how well the resamples fit the probabilities. Used by the Sampling panel only.

#include "app/panels/sampling/sampling_panel_state.h"

namespace gf::ui {

/// Draws one line at the cursor, one more where the stages change anything, and one while resamples are
/// shown.
void draw_entropy_and_fit(SamplingPanelState& state);

} // namespace gf::ui
