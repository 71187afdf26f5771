#include "app/panels/inspector/matrix_figures.h"

#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace gf::ui {
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

void expect_right(const MatrixFigures& figures, const Matrix& m, int rows) {
    double least = 1e300, greatest = -1e300, sum = 0, squares = 0;
    std::vector<std::int64_t> bins(figures.bins().size());
    const double from = figures.histogram_from(), to = figures.histogram_to();
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
    EXPECT_EQ(figures.all().n, n);
    EXPECT_EQ(figures.all().least, least);
    EXPECT_EQ(figures.all().greatest, greatest);
    EXPECT_NEAR(figures.all().mean(), sum / static_cast<double>(n), 1e-12);
    EXPECT_NEAR(figures.all().norm(), std::sqrt(squares), 1e-9);
    EXPECT_LE(from, least);
    EXPECT_GE(to, greatest);
    EXPECT_EQ(std::vector(figures.bins().begin(), figures.bins().end()), bins);
}

TEST(MatrixFigures, GrowAndShrinkWithTheRows) {
    const Matrix m = wavy(200, 37);
    int reads = 0;
    const auto row = [&](int r) {
        ++reads;
        return m.row(r);
    };
    MatrixFigures figures;
    for (const int rows : {1, 7, 200, 199, 200, 60, 61}) {
        ASSERT_TRUE(figures.update(rows, false, 1'000'000, row));
        expect_right(figures, m, rows);
    }
    reads = 0;
    ASSERT_TRUE(figures.update(61, false, 1'000'000, row));
    EXPECT_EQ(reads, 0) << "nothing is new";
}

TEST(MatrixFigures, ABudgetSpreadsTheWork) {
    const Matrix m = wavy(500, 100);
    MatrixFigures figures;
    const auto row = [&](int r) { return m.row(r); };
    int frames = 0;
    float progress = -1;
    while (!figures.update(500, false, 5'000, row)) {
        EXPECT_GT(figures.progress(), progress);
        progress = figures.progress();
        ASSERT_LT(++frames, 100);
    }
    EXPECT_EQ(frames, 2 * 500 / 50 - 1) << "each frame reads 50 rows of 101, each row is read twice";
    EXPECT_EQ(figures.progress(), 1);
    expect_right(figures, m, 500);
}

TEST(MatrixFigures, WhatIsNoNumberIsCountedApart) {
    Matrix m = wavy(4, 50);
    m.values[3] = k_nan;
    m.values[60] = m.values[61] = k_inf;
    m.values[70] = m.values[199] = -k_inf;
    const auto row = [&](int r) { return m.row(r); };
    MatrixFigures figures;
    ASSERT_TRUE(figures.update(4, false, 1000, row));
    expect_right(figures, m, 4);
    EXPECT_EQ(figures.all().n_nan, 1u);
    EXPECT_EQ(figures.all().n_infinite, 4u);
    figures.clear();
    ASSERT_TRUE(figures.update(4, true, 1000, row));
    EXPECT_EQ(figures.all().n_infinite, 2u);
    EXPECT_EQ(figures.all().n_masked, 2u);
}

TEST(MatrixFigures, OddRanges) {
    for (const std::vector<float>& values : {std::vector<float>{0, 0},
                                             {5, 5},
                                             {-2},
                                             {1e-30f, 2e-30f},
                                             {-3e30f, 2e30f},
                                             {0.2f, 1},
                                             {99, 100},
                                             {k_nan}}) {
        const Matrix m{1, static_cast<int>(values.size()), values};
        MatrixFigures figures;
        ASSERT_TRUE(figures.update(1, false, 1000, [&](int r) { return m.row(r); }));
        EXPECT_LT(figures.histogram_from(), figures.histogram_to());
        std::int64_t n = 0;
        for (const std::int64_t bin : figures.bins()) n += bin;
        EXPECT_EQ(n, static_cast<std::int64_t>(figures.all().n));
        if (figures.all().n > 0) expect_right(figures, m, 1);
    }
}

} // namespace
} // namespace gf::ui
