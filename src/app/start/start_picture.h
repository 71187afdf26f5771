#pragma once
// A drawing of what a transformer does, which the gallery puts on its first card.

#include "app/host/imgui_host.h"

namespace gf::ui {

/// Draws tokens on the left, their queries, keys and values, an attention pattern, and the next token's
/// probabilities on the right. The pattern is the one of equal scores: 1/1; 1/2, 1/2; 1/3, 1/3, 1/3; ...
void draw_start_picture(ImDrawList& list, const UiRect& box);

} // namespace gf::ui
