#pragma once
// Chi-square tests of counts against probabilities.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace gf::tests {

/// The value that a chi-square variable of that many degrees of freedom exceeds with probability 1e-4, by
/// Wilson and Hilferty's (1931) cube root: df (1 - 2/(9 df) + z sqrt(2/(9 df)))^3, with z = 3.719 the normal
/// quantile. Above the exact value, by 1 % at df = 10 and less beyond.
inline double chi_square_critical(double df) {
    const double z = 3.719016485, a = 2 / (9 * df);
    return df * std::pow(1 - a + z * std::sqrt(a), 3);
}

/// Whether `counts` are likely (p > 1e-4) draws from `probabilities`. Cells that expect fewer than 10 are
/// joined.
inline ::testing::AssertionResult fits(const std::vector<std::int64_t>& counts,
                                       const std::vector<double>& probabilities) {
    double n = 0, statistic = 0, observed = 0, expected = 0;
    int cells = 0;
    for (const std::int64_t c : counts) n += static_cast<double>(c);
    const auto close_cell = [&] {
        if (expected <= 0) return;
        statistic += (observed - expected) * (observed - expected) / expected;
        ++cells;
        observed = expected = 0;
    };
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (probabilities[i] == 0 && counts[i] > 0)
            return ::testing::AssertionFailure() << "drew " << i << ", which has probability 0";
        observed += static_cast<double>(counts[i]);
        expected += n * probabilities[i];
        if (expected >= 10) close_cell();
    }
    close_cell();
    const double critical = chi_square_critical(cells - 1);
    if (cells < 2 || statistic <= critical) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "chi-square " << statistic << " of " << cells << " cells, critical " << critical;
}

} // namespace gf::tests
