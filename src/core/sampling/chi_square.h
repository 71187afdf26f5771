#pragma once
// Goodness of fit: whether counts look like draws from given probabilities. Used by Resamples.

#include <span>

namespace gf {

/// The probability that a chi-square variable exceeds x: the regularised upper incomplete gamma function
/// Q(degrees_of_freedom / 2, x / 2), to about 1e-12.
double chi_square_tail(double x, double degrees_of_freedom);

/// The result of Pearson's chi-square test (1900). Outcomes with fewer than k_min_expected expected counts
/// are pooled into one class, as usual.
struct GoodnessOfFit {
    double statistic = 0;       ///< sum over classes of (observed - expected)^2 / expected
    int degrees_of_freedom = 0; ///< classes - 1; 0: nothing to test
    double p_value = 1;         ///< how often draws from the true probabilities fit worse
    int n_pooled = 0;           ///< outcomes in the pooled class
};
inline constexpr double k_min_expected = 5;

/// Tests the counts of each outcome; `observed` and `expected` have the same length.
GoodnessOfFit goodness_of_fit(std::span<const int> observed, std::span<const double> expected);

} // namespace gf
