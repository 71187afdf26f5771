#pragma once
// Heads: the patterns of all heads, and what they do.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_heads_panel();

} // namespace gf::ui
