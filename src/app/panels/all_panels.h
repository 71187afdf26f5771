#pragma once
// All panels of the program. A new one is a folder beside this file and a line in all_panels.cpp.

#include "app/view/panel.h"

#include <vector>

namespace gf::ui {

/// In the order of the window menu.
std::vector<std::unique_ptr<Panel>> make_panels();

} // namespace gf::ui
