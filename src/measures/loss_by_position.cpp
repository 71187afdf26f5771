#include "measures/loss_by_position.h"

namespace gf {

void LossByPosition::add(std::span<const double> nats) {
    if (nats.size() > sums_.size()) sums_.resize(nats.size()), counts_.resize(nats.size());
    for (std::size_t p = 0; p < nats.size(); ++p) {
        sums_[p] += nats[p];
        ++counts_[p];
    }
}

double LossByPosition::mean(int from, int to) const {
    double sum = 0;
    for (auto p = static_cast<std::size_t>(from); p < static_cast<std::size_t>(to); ++p)
        sum += sums_[p] / counts_[p];
    return sum / (to - from);
}

} // namespace gf
