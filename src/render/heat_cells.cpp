#include "render/heat_cells.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gf {

CellKind cell_kind(float value) {
    if (std::isnan(value)) return CellKind::nan;
    if (std::isinf(value)) return value > 0 ? CellKind::positive_infinity : CellKind::masked;
    return CellKind::value;
}

float pool_cells(PoolRule rule, float a, float b) {
    if (std::isnan(a) || b == k_masked_cell) return a;
    if (std::isnan(b) || a == k_masked_cell) return b;
    if (rule == PoolRule::largest) return std::max(a, b);
    return std::abs(b) > std::abs(a) ? b : a;
}

void pool_row(PoolRule rule, int factor, std::span<const float> row, std::span<float> out) {
    const auto step = static_cast<std::size_t>(factor);
    assert(out.size() * step >= row.size());
    for (std::size_t i = 0; i < row.size(); ++i) out[i / step] = pool_cells(rule, out[i / step], row[i]);
}

} // namespace gf
