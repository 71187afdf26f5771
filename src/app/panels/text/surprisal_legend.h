#pragma once
// The legends of the Text panel: what the tint behind the tokens and the numbers above them mean.

#include "app/panels/text/expert_marks.h"
#include "app/panels/text/leak_marks.h"

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
/// The same for the leak and for experts. True when clicked.
bool draw_leak_legend(const LeakMarks& marks, ImVec2 at, float height);
bool draw_expert_legend(const ExpertMarks& marks, ImVec2 at, float height);

} // namespace gf::ui
