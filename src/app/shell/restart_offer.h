#pragma once
// "Go on where you were": the state in which the program was left the last time, in a strip until the person
// takes the offer or closes it. Used by the Workbench.

#include "app/shell/script_player.h"
#include "app/view/panel.h"

#include <string>
#include <vector>

namespace gf::ui {

class RestartOffer {
  public:
    /// Offers to carry out these commands; an empty list offers nothing. Lists whose model is gone do not
    /// count.
    void set(std::vector<Command> state);
    /// Once a frame. Draws from `top` on while something is offered; returns where it ends, in pixels.
    /// Whoever goes on with something else has no use for it any more.
    float draw(const Snapshot& snapshot, float top, ScriptPlayer& player);

  private:
    std::vector<Command> state_;
    std::string words_; ///< what was left: "story: “Once upon a time”, 17 tokens"
};

} // namespace gf::ui
