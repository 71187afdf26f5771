#pragma once
// The legend of the Text panel: what the tint behind the tokens and the numbers above them mean. Used by the
// Text panel.

#include <imgui.h>

namespace gf::ui {

/// What the text shows besides the tint.
struct TextMarks {
    bool numbers = false;    ///< surprisals above the tokens
    bool underlines = false; ///< below tokens that the model did not draw
};

/// Pixels.
float surprisal_legend_width();
/// Draws into `height` pixels from `at` on: words in as many lines as fit, and the ramp.
void draw_surprisal_legend(ImVec2 at, float height, const TextMarks& marks);

} // namespace gf::ui
