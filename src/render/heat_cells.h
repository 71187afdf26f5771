#pragma once
// What a cell of a heat map can hold besides a number, and how cells are pooled where they are too many or
// too small.

#include <limits>
#include <span>

namespace gf {

/// Not part of the map (a causal mask's future): hatched. The same code that attention scores carry where
/// forbidden.
inline constexpr float k_masked_cell = -std::numeric_limits<float>::infinity();

enum class CellKind { value, masked, nan, positive_infinity };

CellKind cell_kind(float value);

/// What stands for several cells: the one of largest magnitude, sign kept (signed data, and any data that is
/// not negative), or the largest (logarithms).
enum class Pool { magnitude, largest };

/// Pools two cells. NaN wins over everything, so that it is never hidden; masked cells give way to
/// everything.
float pool_cells(Pool rule, float a, float b);

/// Pools each run of `factor` cells of `row` into one cell of `out` (ceil(row / factor) cells), over what
/// `out` already holds. Cells of `out` beyond stay as they are.
void pool_row(Pool rule, int factor, std::span<const float> row, std::span<float> out);

} // namespace gf
