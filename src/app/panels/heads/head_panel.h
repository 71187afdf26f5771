#pragma once
// The panel Head: one head large, as a matrix or as lines, its weights or its scores.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_head_panel();

} // namespace gf::ui
