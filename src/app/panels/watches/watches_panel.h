#pragma once
// Numbers and conditions at each token, typed by a person, with their history along the text; playing stops
// where one holds. Made by all_panels.cpp.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_watches_panel();

} // namespace gf::ui
