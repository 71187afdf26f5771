#pragma once
// From panel to panel with the keyboard; inside one Tab walks.

namespace gf {

/// Gives the keyboard to the next (or, with -1, the previous) of the windows in sight, bars included, in
/// reading order.
void focus_next_window(int direction);

} // namespace gf
