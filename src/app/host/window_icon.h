#pragma once
// The program's icon, drawn instead of stored: a causal attention pattern.

#include <vector>

namespace gf::ui {

struct WindowIcon {
    int size = 0;
    std::vector<unsigned char> rgba; ///< (size, size, 4)
};

/// In the sizes that window managers ask for.
std::vector<WindowIcon> window_icons();

} // namespace gf::ui
