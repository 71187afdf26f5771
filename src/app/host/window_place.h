#pragma once
// Where the program's window stands on a desktop. Settings keep it from one start to the next; GlfwWindow
// puts the window there.

#include <optional>
#include <span>

namespace gf::ui {

/// Place and size of a window's content, in the desktop's units.
struct WindowPlace {
    std::optional<int> x, y; ///< upper left corner; without them the desktop's middle is meant
    int width = 1600, height = 900;
    bool maximized = false; ///< then the rest says where it returns to
    bool operator==(const WindowPlace&) const = default;
};

/// The part of a monitor that no task bar covers.
struct WorkArea {
    int x = 0, y = 0, width = 0, height = 0;
};

/// What the desktop draws around a window's content.
struct FrameSizes {
    int left = 0, top = 0, right = 0, bottom = 0;
};

/// The place that is nearest to the wanted one at which the whole window, frame included, is inside of one of
/// the areas: of the one that shows most of it, or else the first. Without areas it is the wanted place.
WindowPlace place_inside(const WindowPlace& wanted, std::span<const WorkArea> areas, const FrameSizes& frame);

} // namespace gf::ui
