#pragma once
// The program's icon, a causal attention pattern, drawn instead of stored. Used by GlfwWindow.

#include <vector>

namespace gf::ui {

struct WindowIcon {
    int size = 0;                    ///< pixels
    std::vector<unsigned char> rgba; ///< (size, size, 4)
};

/// The icon in the sizes that window managers ask for.
std::vector<WindowIcon> window_icons();

} // namespace gf::ui
