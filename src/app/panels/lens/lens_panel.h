#pragma once
// The panel Lens: what the model would say if it stopped at each point of the residual stream.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_lens_panel();

} // namespace gf::ui
