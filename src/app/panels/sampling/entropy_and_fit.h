#pragma once
// The lines between the chain and the table of the Sampling panel: entropy and the number of tokens left, and
// how well the resamples fit the probabilities. Used by the Sampling panel only.

#include "app/panels/sampling/sampling_panel_state.h"

namespace gf::ui {

/// Draws one line at the cursor, and a second one while resamples are shown.
void draw_entropy_and_fit(SamplingPanelState& state);

} // namespace gf::ui
