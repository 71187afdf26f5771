#pragma once
// The draw as a picture: the probabilities of all tokens stacked side by side, and the random number u that
// points at one of them. Used by the Sampling panel only.

#include "app/panels/sampling/sampling_panel_state.h"

namespace gf::ui {

/// Draws the bar and the line of words above it at the cursor. A click on a token's part chooses that token.
void draw_probability_bar(SamplingPanelState& state, const View& view);
/// Pixels.
float probability_bar_height();

} // namespace gf::ui
