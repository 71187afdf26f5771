#pragma once
// The start page's decoration: what a transformer does, as lines.

#include "app/host/imgui_host.h"

namespace gf::ui {

/// Tokens on the left, their queries, keys and values, an attention pattern, the next token's probabilities
/// on the right. The pattern is the one of equal scores: 1/1; 1/2, 1/2; 1/3, 1/3, 1/3; ...
void draw_start_picture(ImDrawList& list, const UiRect& box);

} // namespace gf::ui
