#pragma once
// The tooltip of an item. Used by all widgets and panels.

#include <string_view>

namespace gf::ui {

/// Shows a text while the mouse rests on the last item: wrapped, and beside the item.
void tooltip(std::string_view text);

} // namespace gf::ui
