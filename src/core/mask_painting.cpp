#include "core/mask_painting.h"

#include <limits>

namespace gf {
namespace {

using Range = std::array<int, 2>;

int end_of(const Range& r) { return r[1] < 0 ? std::numeric_limits<int>::max() : r[1]; }
bool holds(const Range& r, int i) { return i >= r[0] && i < end_of(r); }
bool is_empty(const Range& r) { return r[0] >= end_of(r); }
/// The part of a range before an index, and the part from one on.
Range before(const Range& r, int i) { return {r[0], std::min(i, end_of(r))}; }
Range from(const Range& r, int i) { return {std::max(r[0], i), r[1]}; }
Range common(const Range& a, const Range& b) {
    return {std::max(a[0], b[0]), a[1] < 0 ? b[1] : b[1] < 0 ? a[1] : std::min(a[1], b[1])};
}

void erase_cells(std::vector<PaintedCells>& painted, const PaintedCells& erased) {
    std::vector<PaintedCells> left;
    for (const PaintedCells& cells : painted)
        for (const PaintedCells& part : without(cells, erased)) left.push_back(part);
    painted = std::move(left);
}

} // namespace

std::vector<PaintedCells> without(const PaintedCells& cells, const PaintedCells& other) {
    const Range rows = common(cells.rows, other.rows), keys = common(cells.keys, other.keys);
    if (is_empty(rows) || is_empty(keys)) return {cells};
    std::vector<PaintedCells> parts;
    const auto add = [&](const Range& r, const Range& k) {
        if (!is_empty(r) && !is_empty(k)) parts.push_back({r, k, cells.visible});
    };
    add(before(cells.rows, rows[0]), cells.keys);
    add(rows, before(cells.keys, keys[0]));
    if (keys[1] >= 0) add(rows, from(cells.keys, keys[1]));
    if (rows[1] >= 0) add(from(cells.rows, rows[1]), cells.keys);
    return parts;
}

std::vector<MaskRule> painted(std::vector<MaskRule> rules, const MaskStroke& stroke) {
    if (stroke.erase) {
        for (MaskRule& rule : rules)
            for (const PaintedCells& cells : stroke.cells) erase_cells(rule.painted, cells);
        std::erase_if(rules, [](const MaskRule& r) { return !r.has_shape() && r.painted.empty(); });
        return rules;
    }
    const auto is_of_stroke = [&](const MaskRule& r) {
        return !r.has_shape() && r.layers == stroke.layers && r.heads == stroke.heads;
    };
    // Newer paint lies above paint for other layers and heads, so its rule moves to the end.
    MaskRule rule{.layers = stroke.layers, .heads = stroke.heads};
    if (const auto found = std::find_if(rules.begin(), rules.end(), is_of_stroke); found != rules.end()) {
        rule = std::move(*found);
        rules.erase(found);
    }
    for (const PaintedCells& cells : stroke.cells) {
        erase_cells(rule.painted, cells);
        rule.painted.push_back(cells);
    }
    rules.push_back(std::move(rule));
    return rules;
}

const PaintedCells* paint_on(const std::vector<MaskRule>& rules, int layer, int head, int row, int key) {
    const PaintedCells* newest = nullptr;
    for (const MaskRule& rule : rules) {
        if (!names(rule.layers, layer) || !names(rule.heads, head)) continue;
        if (rule.replaces()) newest = nullptr;
        for (const PaintedCells& cells : rule.painted)
            if (holds(cells.rows, row) && holds(cells.keys, key)) newest = &cells;
    }
    return newest;
}

} // namespace gf
