#include "render/heat_cells.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace gf::heat_cells_test {
namespace {

constexpr float k_nan = std::numeric_limits<float>::quiet_NaN();
constexpr float k_infinity = std::numeric_limits<float>::infinity();

TEST(HeatCells, Kinds) {
    EXPECT_EQ(cell_kind(0.5f), CellKind::value);
    EXPECT_EQ(cell_kind(k_masked_cell), CellKind::masked);
    EXPECT_EQ(cell_kind(k_nan), CellKind::nan);
    EXPECT_EQ(cell_kind(k_infinity), CellKind::positive_infinity);
}

TEST(HeatCells, PoolingKeepsWhatMatters) {
    EXPECT_EQ(pool_cells(PoolRule::magnitude, 1, -2), -2);
    EXPECT_EQ(pool_cells(PoolRule::largest, 1, -2), 1);
    EXPECT_EQ(pool_cells(PoolRule::magnitude, k_masked_cell, -2), -2);
    EXPECT_EQ(pool_cells(PoolRule::magnitude, -2, k_masked_cell), -2);
    EXPECT_EQ(pool_cells(PoolRule::largest, k_masked_cell, k_masked_cell), k_masked_cell);
    EXPECT_EQ(pool_cells(PoolRule::magnitude, -9, k_infinity), k_infinity);
    for (const PoolRule rule : {PoolRule::magnitude, PoolRule::largest}) {
        EXPECT_TRUE(std::isnan(pool_cells(rule, k_nan, k_infinity)));
        EXPECT_TRUE(std::isnan(pool_cells(rule, 3, k_nan)));
        EXPECT_TRUE(std::isnan(pool_cells(rule, k_masked_cell, k_nan)));
    }
}

TEST(HeatCells, PoolsARowIntoWhatIsThere) {
    const std::array<float, 5> row = {1, -4, 2, 3, k_masked_cell};
    std::array<float, 4> out = {2, -3.5f, k_masked_cell, 7};
    pool_row(PoolRule::magnitude, 2, row, out);
    EXPECT_EQ(out, (std::array<float, 4>{-4, -3.5f, k_masked_cell, 7}));
}

} // namespace
} // namespace gf::heat_cells_test
