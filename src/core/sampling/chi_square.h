#pragma once
// Goodness of fit: do counts look like draws from the probabilities that they should come from?

#include <span>

namespace gf {

/// The probability that a chi-square variable of `freedom` degrees of freedom exceeds x: the regularised
/// upper incomplete gamma function Q(freedom / 2, x / 2). To about 1e-12.
double chi_square_tail(double x, double freedom);

/// Pearson's test (1900). Classes that expect fewer than k_least_expected counts are pooled into one, as
/// usual.
struct GoodnessOfFit {
    double statistic = 0; ///< sum over classes of (observed - expected)^2 / expected
    int freedom = 0;      ///< classes - 1; 0: nothing to test
    double tail = 1;      ///< how often true draws fit worse
    int n_pooled = 0;     ///< outcomes in the pooled class
};
inline constexpr double k_least_expected = 5;

/// `observed` and `expected` counts of each outcome.
GoodnessOfFit goodness_of_fit(std::span<const int> observed, std::span<const double> expected);

} // namespace gf
