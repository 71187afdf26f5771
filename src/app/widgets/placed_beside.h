#pragma once
// Where tooltips and notices go: beside what they are about, inside the window, and over nothing that
// is being read or set. Used by the widgets, panels and bars that open them.

#include "app/host/ui_rect.h"

namespace gf::ui {

/// The upper left corner of something of `size` pixels beside `what`: below it, above it, or at a side of it.
/// Regions that are kept clear are left free where there is room.
ImVec2 place_beside(const UiRect& what, ImVec2 size);

/// Tooltips and notices stay out of a region of the screen in this frame and the next, where there is room.
void keep_clear(const UiRect& region);
/// Whether a rectangle overlaps a region that is kept clear.
bool overlaps_clear_region(const UiRect& rect);

/// The last item as something to stand beside: all of it or, where it is a large one such as a map, the part
/// around the mouse.
UiRect region_of_last_item();
/// The region around the mouse that a cell under it takes.
UiRect region_around_mouse();

} // namespace gf::ui
