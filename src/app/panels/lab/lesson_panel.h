#pragma once
// The lesson of the lab that is open, step by step; without one the course.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_lesson_panel();

} // namespace gf::ui
