#pragma once
// The panel Routing: which tokens go to which experts, over the whole text and through all layers.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_routing_panel();

} // namespace gf::ui
