#pragma once
// The Masks panel: who may look at whom, and what that does. See app/view/panel.h.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_masks_panel();

} // namespace gf::ui
