#pragma once
// The panel Router: how one token is routed in one layer, number by number, and the hands with which a person
// routes it in another way.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_router_panel();

} // namespace gf::ui
