#pragma once
// Inspector: any site or parameter by name: its values as a map, its figures, its histogram.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_inspector_panel();

} // namespace gf::ui
