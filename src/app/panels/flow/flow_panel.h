#pragma once
// Flow: the way from tokens to the next token through every layer, with the layer in focus unfolded. One row
// for each token.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_flow_panel();

} // namespace gf::ui
