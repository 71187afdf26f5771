#pragma once
// What is said of a token of the text under the mouse: who wrote it, its id, and how likely it was. Used by
// the Text panel.

#include "app/view/view.h"

namespace gf::ui {

void show_token_tooltip(const View& view, int position);

} // namespace gf::ui
