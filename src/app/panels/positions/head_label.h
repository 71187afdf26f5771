#pragma once
// The name of a head beside its curve. Used by the drawings of the panel Positions that have a curve for each
// head.

#include "app/panels/positions/stage_context.h"

namespace gf::ui {

/// Draws the head's colour and the label, bold if it is the head in view; a click brings it into view.
void draw_head_label(const StageContext& c, int head, const char* label, const UiRect& box);

} // namespace gf::ui
