#pragma once
// The uppermost part of the Sampling panel: the stages of the chain as chips in their order, which are
// dragged or moved by keys into another, and below them the switch, the place and the slider of the stage in
// focus. Used by the Sampling panel only.

#include "app/host/ui_rect.h"
#include "app/panels/sampling/sampling_panel_state.h"

#include <optional>
#include <vector>

namespace gf::ui {

/// Whether the panel is so low that its lines stand closer together and stages that are off go into a menu.
bool is_low_panel();

class ChainEditor {
  public:
    /// Draws the editor at the cursor. When a person changes the chain, returns true and puts the new one
    /// into `chain`.
    bool draw(SamplingPanelState& state, SamplingChain& chain, int d_vocab);

  private:
    struct Chip {
        UiRect box;
        int stage; ///< its index in the chain
    };
    std::optional<int> draw_chips(SamplingPanelState& state);
    std::optional<int> drag(int n_stages);
    int chips_before_mouse() const;

    std::vector<Chip> chips_; ///< in this frame
    int dragged_ = -1;        ///< index of the stage whose chip is dragged; -1: none is
};

} // namespace gf::ui
