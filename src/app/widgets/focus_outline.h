#pragma once
// How panels mark the cell in focus (a thick line), the cells that its value is computed from (a solid line)
// and those that it feeds (a dashed line). Used by all panels that show values.

#include "app/host/ui_rect.h"

namespace gf::ui {

void outline_focus(ImDrawList& list, const UiRect& rect);
void outline_precedent(ImDrawList& list, const UiRect& rect);
void outline_dependent(ImDrawList& list, const UiRect& rect);

} // namespace gf::ui
