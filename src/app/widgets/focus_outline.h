#pragma once
// How what is in focus is marked in the panels: what a value is computed from in solid lines, what it feeds
// in dashed ones.

#include "app/host/item_recorder.h"

#include <imgui.h>

namespace gf::ui {

void outline_focus(ImDrawList& list, const UiRect& rect);
void outline_precedent(ImDrawList& list, const UiRect& rect);
void outline_dependent(ImDrawList& list, const UiRect& rect);

} // namespace gf::ui
