#pragma once
// Strokes of a brush on a mask, as changes of a setup's rules. Used by the session's commands `masks` and
// `paint-mask`; what the window shows of painted cells comes from here, too.

#include "core/run_setup.h"

#include <vector>

namespace gf {

/// One stroke: cells that are all shown, all hidden, or given back to the mask below the paint.
struct MaskStroke {
    std::vector<PaintedCells> cells{};
    bool erase = false;                 ///< in all layers and heads; PaintedCells::visible is not read
    std::vector<int> layers{}, heads{}; ///< for which it paints; empty: all
    bool operator==(const MaskStroke&) const = default;
    static void fields(auto& stroke, auto visit) {
        visit("cells", stroke.cells);
        visit("erase", stroke.erase, {.skip_empty = true});
        visit("layers", stroke.layers, {.least = 0, .skip_empty = true});
        visit("heads", stroke.heads, {.least = 0, .skip_empty = true});
    }
};

/// The rules after a stroke. Paint stands behind the rules with shapes, in one rule for each choice of layers
/// and heads, and covers older paint of that rule: its cells never overlap.
std::vector<MaskRule> painted(std::vector<MaskRule> rules, const MaskStroke& stroke);

/// `cells` without those that `other` has too, as up to four rectangles.
std::vector<PaintedCells> without(const PaintedCells& cells, const PaintedCells& other);

/// The newest paint on a cell in a head; null: the cell is as the shapes of the rules have it.
const PaintedCells* paint_on(const std::vector<MaskRule>& rules, int layer, int head, int row, int key);

} // namespace gf
