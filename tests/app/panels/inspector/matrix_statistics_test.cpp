#include "app/panels/inspector/matrix_statistics.h"

#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace gf::ui::matrix_statistics_test {
namespace {

constexpr float k_inf = std::numeric_limits<float>::infinity(),
                k_nan = std::numeric_limits<float>::quiet_NaN();

struct Matrix {
    int rows, cols;
    std::vector<float> values;
    std::span<const float> row(int r) const {
        return {values.data() + static_cast<std::size_t>(r) * static_cast<std::size_t>(cols),
                static_cast<std::size_t>(cols)};
    }
};

Matrix wavy(int rows, int cols) {
    Matrix m{rows, cols, std::vector<float>(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols))};
    for (std::size_t i = 0; i < m.values.size(); ++i) {
        const auto x = static_cast<double>(i);
        m.values[i] = static_cast<float>(3 * std::sin(12.9898 * x) * std::cos(0.7 * x) + 0.5);
    }
    return m;
}

void expect_right(const MatrixStatistics& statistics, const Matrix& m, int rows) {
    double least = 1e300, greatest = -1e300, sum = 0, squares = 0;
    std::vector<std::int64_t> bins(statistics.bins().size());
    const double from = statistics.histogram_from(), to = statistics.histogram_to();
    std::size_t n = 0;
    for (int r = 0; r < rows; ++r)
        for (const float x : m.row(r)) {
            if (!std::isfinite(x)) continue;
            ++n;
            least = std::min<double>(least, x);
            greatest = std::max<double>(greatest, x);
            sum += x;
            squares += static_cast<double>(x) * x;
            const double at = (x - from) / (to - from) * static_cast<double>(bins.size());
            ++bins[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(bins.size()) - 1))];
        }
    EXPECT_EQ(statistics.all().n, n);
    EXPECT_EQ(statistics.all().least, least);
    EXPECT_EQ(statistics.all().greatest, greatest);
    EXPECT_NEAR(statistics.all().mean(), sum / static_cast<double>(n), 1e-12);
    EXPECT_NEAR(statistics.all().norm(), std::sqrt(squares), 1e-9);
    EXPECT_LE(from, least);
    EXPECT_GE(to, greatest);
    EXPECT_EQ(std::vector(statistics.bins().begin(), statistics.bins().end()), bins);
}

TEST(MatrixStatistics, GrowAndShrinkWithTheRows) {
    const Matrix m = wavy(200, 37);
    int reads = 0;
    const auto row = [&](int r) {
        ++reads;
        return m.row(r);
    };
    MatrixStatistics statistics;
    for (const int rows : {1, 7, 200, 199, 200, 60, 61}) {
        ASSERT_TRUE(statistics.update(rows, false, 1'000'000, row));
        expect_right(statistics, m, rows);
    }
    reads = 0;
    ASSERT_TRUE(statistics.update(61, false, 1'000'000, row));
    EXPECT_EQ(reads, 0) << "nothing is new";
}

TEST(MatrixStatistics, ABudgetSpreadsTheWork) {
    const Matrix m = wavy(500, 100);
    MatrixStatistics statistics;
    const auto row = [&](int r) { return m.row(r); };
    int frames = 0;
    float progress = -1;
    while (!statistics.update(500, false, 5'000, row)) {
        EXPECT_GT(statistics.progress(), progress);
        progress = statistics.progress();
        ASSERT_LT(++frames, 100);
    }
    EXPECT_EQ(frames, 2 * 500 / 50 - 1) << "each frame reads 50 rows of 101, each row is read twice";
    EXPECT_EQ(statistics.progress(), 1);
    expect_right(statistics, m, 500);
}

TEST(MatrixStatistics, WhatIsNoNumberIsCountedApart) {
    Matrix m = wavy(4, 50);
    m.values[3] = k_nan;
    m.values[60] = m.values[61] = k_inf;
    m.values[70] = m.values[199] = -k_inf;
    const auto row = [&](int r) { return m.row(r); };
    MatrixStatistics statistics;
    ASSERT_TRUE(statistics.update(4, false, 1000, row));
    expect_right(statistics, m, 4);
    EXPECT_EQ(statistics.all().n_nan, 1u);
    EXPECT_EQ(statistics.all().n_infinite, 4u);
    statistics.clear();
    ASSERT_TRUE(statistics.update(4, true, 1000, row));
    EXPECT_EQ(statistics.all().n_infinite, 2u);
    EXPECT_EQ(statistics.all().n_masked, 2u);
}

TEST(MatrixStatistics, OddRanges) {
    for (const std::vector<float>& values : {std::vector<float>{0, 0},
                                             {5, 5},
                                             {-2},
                                             {1e-30f, 2e-30f},
                                             {-3e30f, 2e30f},
                                             {0.2f, 1},
                                             {99, 100},
                                             {k_nan}}) {
        const Matrix m{1, static_cast<int>(values.size()), values};
        MatrixStatistics statistics;
        ASSERT_TRUE(statistics.update(1, false, 1000, [&](int r) { return m.row(r); }));
        EXPECT_LT(statistics.histogram_from(), statistics.histogram_to());
        std::int64_t n = 0;
        for (const std::int64_t bin : statistics.bins()) n += bin;
        EXPECT_EQ(n, static_cast<std::int64_t>(statistics.all().n));
        if (statistics.all().n > 0) expect_right(statistics, m, 1);
    }
}

} // namespace
} // namespace gf::ui::matrix_statistics_test
