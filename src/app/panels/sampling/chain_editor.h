#pragma once
// The uppermost part of the Sampling panel: the stages of the chain as chips in their order, which are
// dragged or moved by keys into another, and below them the switch, the place and the slider of the stage in
// focus. Used by the Sampling panel only.

#include "app/host/ui_rect.h"
#include "app/panels/sampling/sampling_panel_state.h"

#include <optional>
#include <vector>

namespace gf::ui {

class ChainEditor {
  public:
    /// Draws the editor at the cursor. When a person changes the chain, returns true and puts the new one
    /// into `chain`.
    bool draw(SamplingPanelState& state, SamplingChain& chain, int d_vocab);

  private:
    std::optional<int> draw_chips(SamplingPanelState& state);
    std::optional<int> drag();
    int chips_before_mouse() const;

    std::vector<UiRect> chips_; ///< of the stages, in this frame
    int dragged_ = -1;          ///< index of the stage whose chip is dragged; -1: none is
};

} // namespace gf::ui
