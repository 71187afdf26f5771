#pragma once
// The legend of the Text panel: "surprisal 0 [ramp] 9 bits", what the tint behind the tokens means.

#include <imgui.h>

namespace gf::ui {

/// Pixels.
float surprisal_legend_width();
void draw_surprisal_legend(ImVec2 at, float height);

} // namespace gf::ui
