#pragma once
// The switch between a decoder's attention to its own text and the one to its source, in the header lines of
// Heads and Head.

#include "app/view/panel.h"

namespace gf::ui {

/// Its width in pixels; 0 where the model reads no source, and so has no such switch.
float attention_switch_width(const View& view);
/// Draws it at the cursor; posts command::ViewAttention when it changes.
void draw_attention_switch(Attention attention, Commands& commands);

} // namespace gf::ui
