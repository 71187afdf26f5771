#pragma once
// The panel Attribution: what each part of the model wrote into a logit or the difference of two, and where
// it had that from.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_attribution_panel();

} // namespace gf::ui
