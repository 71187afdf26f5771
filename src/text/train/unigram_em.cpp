#include "text/train/unigram_em.h"

namespace gf {

double add_expected_counts(std::span<const LatticeEdge> edges, std::size_t size,
                           std::span<const double> log_p, double weight, std::span<double> expected) {
    constexpr double k_none = -std::numeric_limits<double>::infinity();
    const auto score = [&](const LatticeEdge& e) {
        return e.piece < 0 ? 0 : log_p[static_cast<std::size_t>(e.piece)];
    };
    std::vector<double> forward(size + 1, k_none),
        backward(size + 1, k_none); // log-probability of the text before, after
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
        if (e.piece < 0) continue;
        const double share =
            forward[static_cast<std::size_t>(e.begin)] + score(e) + backward[static_cast<std::size_t>(e.end)];
        expected[static_cast<std::size_t>(e.piece)] += weight * std::exp(share - total);
    }
    return total;
}

} // namespace gf
