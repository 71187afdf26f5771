#pragma once
// The panel Cache: keys and values that are kept, drawn to scale, what a step adds and reads, what leaving
// some out changes, and what large models keep.

#include "app/view/panel.h"

namespace gf::ui {

std::unique_ptr<Panel> make_cache_panel();

} // namespace gf::ui
