#pragma once
// Outline: the operations of the model in their order, with the layer in focus unfolded and the others
// folded.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_outline_panel();

} // namespace gf::ui
