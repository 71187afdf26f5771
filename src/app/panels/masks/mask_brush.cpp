#include "app/panels/masks/mask_brush.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

namespace gf::ui {

std::string_view name(BrushShape shape) {
    static constexpr std::array<std::string_view, 4> k_words{"cell", "row", "column", "block"};
    return k_words[static_cast<std::size_t>(shape)];
}

void MaskBrush::begin(BrushShape shape, const AttentionCell& at, bool visible, bool erase) {
    is_down_ = true;
    shape_ = shape;
    from_ = to_ = at;
    visible_ = visible;
    erases_ = erase;
    path_ = {at};
}

void MaskBrush::move_to(const AttentionCell& to) {
    const int steps = std::max(std::abs(to.query - to_.query), std::abs(to.key - to_.key));
    for (int i = 1; shape_ == BrushShape::cell && i <= steps; ++i) {
        const double share = static_cast<double>(i) / steps;
        const AttentionCell cell{to_.query + static_cast<int>(std::lround(share * (to.query - to_.query))),
                                 to_.key + static_cast<int>(std::lround(share * (to.key - to_.key)))};
        if (std::find(path_.begin(), path_.end(), cell) == path_.end()) path_.push_back(cell);
    }
    to_ = to;
}

std::vector<PaintedCells> MaskBrush::cells() const {
    const auto [row, row_end] = std::minmax(from_.query, to_.query);
    const auto [key, key_end] = std::minmax(from_.key, to_.key);
    const std::array<int, 2> rows{row, row_end + 1}, keys{key, key_end + 1}, all{0, -1};
    switch (shape_) {
    case BrushShape::row: return {{rows, all, visible_}};
    case BrushShape::column: return {{all, keys, visible_}};
    case BrushShape::block: return {{rows, keys, visible_}};
    case BrushShape::cell: break;
    }
    std::vector<AttentionCell> path = path_;
    std::sort(path.begin(), path.end(), [](const AttentionCell& a, const AttentionCell& b) {
        return std::tie(a.query, a.key) < std::tie(b.query, b.key);
    });
    std::vector<PaintedCells> cells;
    for (const AttentionCell& c : path) {
        const bool goes_on =
            !cells.empty() && cells.back().rows[0] == c.query && cells.back().keys[1] == c.key;
        if (goes_on)
            ++cells.back().keys[1];
        else
            cells.push_back({{c.query, c.query + 1}, {c.key, c.key + 1}, visible_});
    }
    return cells;
}

MaskStroke MaskBrush::lift() {
    is_down_ = false;
    return {.cells = cells(), .erase = erases_};
}

} // namespace gf::ui
