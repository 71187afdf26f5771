#pragma once
// What the pictures of the panel Lens share: the run, what the lens has read, the place in view, and where
// each point of the stream has its line. Made anew in every frame.

#include "app/host/imgui_host.h"
#include "app/view/panel.h"
#include "measures/logit_lens.h"

#include <span>

namespace gf::ui {

/// A line of the grid: a point of the stream.
struct LensLine {
    int point = 0;
    float top = 0, bottom = 0;
    float centre() const { return (top + bottom) / 2; }
};

struct LensScene {
    const View& view;
    Selection& selection;
    Commands& commands;
    const LogitLens& lens;
    const LensRow& place; ///< all that is read at the token in view
    std::span<const LensLine> lines;
    int token = 0;             ///< position in view
    int point = 0;             ///< in view
    std::span<const int> pins; ///< tokens whose curves stay

    const StreamPoint& at(const LensLine& line) const {
        return lens.points()[static_cast<std::size_t>(line.point)];
    }
    /// The line of the point in view; null if it has none.
    const LensLine* line_in_view() const {
        for (const LensLine& line : lines)
            if (line.point == point) return &line;
        return nullptr;
    }
};

} // namespace gf::ui
