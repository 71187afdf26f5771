#include "core/sampling/chi_square.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gf {
namespace {

constexpr int k_max_terms = 10000;
constexpr double k_small = 1e-15; ///< relative size of the first term that is left out

/// P(a, x) as a power series (Abramowitz and Stegun 6.5.29), fast for x < a + 1.
double lower_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < k_max_terms && term > sum * k_small; ++n) sum += term *= x / (a + n);
    return sum * std::exp(a * std::log(x) - x - std::lgamma(a));
}

/// Q(a, x) as a continued fraction (Abramowitz and Stegun 6.5.31) by Lentz's method, fast for x > a + 1.
double upper_fraction(double a, double x) {
    constexpr double k_tiny = std::numeric_limits<double>::min() / k_small; // instead of a zero denominator
    double b = x + 1 - a, c = 1 / k_tiny, d = 1 / b, h = d;
    for (int i = 1; i < k_max_terms; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (std::abs(d) < k_tiny ? k_tiny : d);
        c = b + an / c;
        if (std::abs(c) < k_tiny) c = k_tiny;
        h *= d * c;
        if (std::abs(d * c - 1) < k_small) break;
    }
    return h * std::exp(a * std::log(x) - x - std::lgamma(a));
}

} // namespace

double chi_square_tail(double x, double degrees_of_freedom) {
    if (!(x > 0) || !(degrees_of_freedom > 0)) return 1;
    const double a = degrees_of_freedom / 2, half_x = x / 2;
    return std::clamp(half_x < a + 1 ? 1 - lower_series(a, half_x) : upper_fraction(a, half_x), 0.0, 1.0);
}

GoodnessOfFit goodness_of_fit(std::span<const int> observed, std::span<const double> expected) {
    GoodnessOfFit fit;
    double rest_expected = 0, rest_observed = 0, least_expected = 0, least_observed = 0;
    int classes = 0;
    const auto term = [](double o, double e) { return (o - e) * (o - e) / e; };
    for (std::size_t i = 0; i < observed.size(); ++i) {
        const double o = observed[i], e = expected[i];
        if (e < k_min_expected) {
            rest_expected += e;
            rest_observed += o;
            fit.n_pooled += e > 0;
            continue;
        }
        if (classes++ == 0 || e < least_expected) least_expected = e, least_observed = o;
        fit.statistic += term(o, e);
    }
    if (rest_expected >= k_min_expected) {
        fit.statistic += term(rest_observed, rest_expected);
        ++classes;
    } else if (rest_expected > 0 && classes > 0) {
        // The pooled outcomes are too few even together, so they join the smallest class.
        fit.statistic += term(least_observed + rest_observed, least_expected + rest_expected) -
                         term(least_observed, least_expected);
        ++fit.n_pooled;
    }
    fit.degrees_of_freedom = std::max(classes - 1, 0);
    fit.p_value = chi_square_tail(fit.statistic, fit.degrees_of_freedom);
    return fit;
}

} // namespace gf
