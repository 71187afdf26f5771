#pragma once
// The panel Positions: five ways to tell a model where a word stands, beside each other on the same text.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_positions_panel();

} // namespace gf::ui
