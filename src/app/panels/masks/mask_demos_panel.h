#pragma once
// The Mask demos panel: the leak, padding, the window. See app/view/panel.h.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_mask_demos_panel();

} // namespace gf::ui
