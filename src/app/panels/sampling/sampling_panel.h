#pragma once
// The Sampling panel: the chain from logits to the drawn token, each stage with what it changes and cuts, and
// the draw. Used by the list of all panels.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_sampling_panel();

} // namespace gf::ui
