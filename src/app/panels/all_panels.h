#pragma once
// All panels of the program. A new one is a folder beside this file and a line in all_panels.cpp. Used by the
// workbench.

#include "app/view/panel.h"

#include <vector>

namespace gf::ui {

/// Makes one panel of each kind, in the order of the window menu.
std::vector<std::unique_ptr<Panel>> make_all_panels();

} // namespace gf::ui
