#pragma once
// The Text panel: the text as tokens tinted by how surprising they were, what comes next, and the tree of
// branches. Used by the list of all panels.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_text_panel();

} // namespace gf::ui
