#pragma once
// What the lab that is open claims, beside what was measured.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_claims_panel();

} // namespace gf::ui
