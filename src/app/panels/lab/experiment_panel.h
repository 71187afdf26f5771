#pragma once
// The experiment of the lab that is open: its controls and what it has to show.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_experiment_panel();

} // namespace gf::ui
