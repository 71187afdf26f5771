#pragma once
// The uppermost part of the Sampling panel: the stages of the chain as chips in their order, and below them
// the switch, the place and the slider of the stage in focus. Used by the Sampling panel only.

#include "app/panels/sampling/sampling_panel_state.h"

namespace gf::ui {

/// Draws the editor at the cursor. When a person changes the chain, returns true and puts the new one into
/// `chain`.
bool draw_chain_editor(SamplingPanelState& state, SamplingChain& chain, int d_vocab);

} // namespace gf::ui
