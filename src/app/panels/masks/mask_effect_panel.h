#pragma once
// The Mask effect panel: what the masks change in the next token and in a head. See app/view/panel.h.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_mask_effect_panel();

} // namespace gf::ui
