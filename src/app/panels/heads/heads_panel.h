#pragma once
// The panel Heads: the patterns of all heads, and which roles they play.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_heads_panel();

} // namespace gf::ui
