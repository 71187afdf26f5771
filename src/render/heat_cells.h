#pragma once
// What a cell of a heat map can hold besides a number, and how cells are pooled where they are too many for a
// texture or smaller than a pixel. Used by the heat maps; the shader follows the same rules.

#include <limits>
#include <span>

namespace gf {

/// Value of a cell that is not part of the map, such as the future under a causal mask. It is drawn hatched.
/// Forbidden attention scores have this value too.
inline constexpr float k_masked_cell = -std::numeric_limits<float>::infinity();

enum class CellKind { value, masked, nan, positive_infinity };

CellKind cell_kind(float value);

/// Which of several cells stands for all of them.
enum class PoolRule {
    magnitude, ///< the one of largest magnitude, with its sign
    largest,   ///< the largest one; for data such as logarithms, where magnitude means nothing
};

/// The cell that stands for both. NaN always wins, so that it is never hidden; masked cells always lose.
float pool_cells(PoolRule rule, float a, float b);

/// Pools `factor` neighbouring cells of `row` at a time, and what `out` holds, into one cell of `out`:
/// ceil(row.size() / factor) cells. The cells of `out` after those stay as they are.
void pool_row(PoolRule rule, int factor, std::span<const float> row, std::span<float> out);

} // namespace gf
