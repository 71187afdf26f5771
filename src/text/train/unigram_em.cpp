#include "text/train/unigram_em.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace gf {

namespace {

constexpr double k_impossible = -std::numeric_limits<double>::infinity(); // log(0)

/// log(exp(a) + exp(b)), where a and b may be -infinity.
double log_add(double a, double b) {
    const double high = std::max(a, b), low = std::min(a, b);
    return low == k_impossible ? high : high + std::log1p(std::exp(low - high));
}

} // namespace

double add_expected_counts(std::span<const LatticeEdge> edges, std::size_t size,
                           std::span<const double> log_p, double weight, std::span<double> expected) {
    const auto score = [&](const LatticeEdge& e) {
        return e.piece == LatticeEdge::k_unknown ? 0 : log_p[static_cast<std::size_t>(e.piece)];
    };
    // Log-probabilities of the text before and after each byte, summed over all of its cuts.
    std::vector<double> forward(size + 1, k_impossible), backward(size + 1, k_impossible);
    forward[0] = backward[size] = 0;
    for (const LatticeEdge& e : edges) {
        double& to = forward[static_cast<std::size_t>(e.end)];
        to = log_add(to, forward[static_cast<std::size_t>(e.begin)] + score(e));
    }
    for (std::size_t i = edges.size(); i-- > 0;) {
        const LatticeEdge& e = edges[i];
        double& to = backward[static_cast<std::size_t>(e.begin)];
        to = log_add(to, backward[static_cast<std::size_t>(e.end)] + score(e));
    }
    const double total = forward[size];
    for (const LatticeEdge& e : edges) {
        if (e.piece == LatticeEdge::k_unknown) continue;
        // The log-probability of all cuts that use this edge.
        const double through =
            forward[static_cast<std::size_t>(e.begin)] + score(e) + backward[static_cast<std::size_t>(e.end)];
        expected[static_cast<std::size_t>(e.piece)] += weight * std::exp(through - total);
    }
    return total;
}

} // namespace gf
