#pragma once
// The text that stands in a panel instead of values that a long run does not keep. Used by Heads, Head and
// the Inspector.

#include "app/view/view.h"

namespace gf::ui {

/// Draws at the cursor, wrapped, why a run above the trace budget does not have the sites of this layer, and
/// what brings them back.
void draw_not_kept_notice(const View& view, int layer);

} // namespace gf::ui
