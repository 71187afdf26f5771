#pragma once
// How painted cells look, wherever a matrix of a mask is drawn.

#include "app/host/imgui_host.h"
#include "app/host/ui_rect.h"

namespace gf::ui {

/// Cells that a person painted: hatched in the accent where they are hidden, outlined where they are shown.
void mark_paint(ImDrawList& list, const UiRect& rect, bool visible);

} // namespace gf::ui
