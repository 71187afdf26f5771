#pragma once
// Expectation-maximisation of piece probabilities over all cuts of a word (Kudo 2018, arXiv:1804.10959,
// section 3.2).

#include "text/lattice.h"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace gf {

/// log(exp(a) + exp(b)), for a or b = -infinity, too.
inline double log_add(double a, double b) {
    const double high = std::max(a, b), low = std::min(a, b);
    return low == -std::numeric_limits<double>::infinity() ? high : high + std::log1p(std::exp(low - high));
}

/// Adds `weight` times the expected number of uses of each piece in a text of `size` bytes to `expected`, by
/// the forward-backward algorithm. `edges` are the text's, sorted by begin; `log_p` is by piece, that of
/// k_unknown is 0. Returns the log-probability of the text, the sum over all of its cuts.
double add_expected_counts(std::span<const LatticeEdge> edges, std::size_t size,
                           std::span<const double> log_p, double weight, std::span<double> expected);

} // namespace gf
