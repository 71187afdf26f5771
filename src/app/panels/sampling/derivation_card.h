#pragma once
// The card that derives the probability of the chosen token from its logit, with a button that writes the
// token. Used by the Sampling panel only.

#include "app/panels/sampling/sampling_panel_state.h"
#include "app/view/panel.h"

namespace gf::ui {

/// Draws the card at the cursor; it scrolls where it is higher than `max_height`. A token is chosen.
void draw_derivation_card(SamplingPanelState& state, Commands& commands, float width, float max_height);
/// The height of a card that need not scroll, in pixels.
float derivation_card_height(SamplingPanelState& state, float width);

} // namespace gf::ui
