#pragma once
// The panel Load: how evenly the routers share out the text, what a capacity drops, what experts save, and by
// what they split texts up.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_load_panel();

} // namespace gf::ui
