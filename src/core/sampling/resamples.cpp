#include "core/sampling/resamples.h"

#include <algorithm>
#include <cmath>

namespace gf {

void Resamples::begin(const DrawKey& place, int n, int d_vocab) {
    draws_.resize(static_cast<std::size_t>(n));
    DrawKey key = place;
    for (std::size_t r = 0; r < draws_.size(); ++r) {
        key.resample = static_cast<std::uint32_t>(r);
        draws_[r] = uniform(key);
    }
    std::sort(draws_.begin(), draws_.end());
    next_ = rank_ = 0;
    sum_ = 0;
    counts_.assign(static_cast<std::size_t>(d_vocab), 0);
    fit_ = {};
}

bool Resamples::advance(Sampler& sampler, const SampleStep& step, int max_tokens) {
    if (done()) return true;
    // Probabilities are added in the order of Sampler::redraw(), so rounding is the same and so are the
    // tokens.
    const auto alive = sampler.alive_tokens(static_cast<int>(rank_) + max_tokens);
    if (alive.empty()) { // nothing can be drawn; Sampler::redraw() gives token 0 then
        counts_[0] = n();
        next_ = draws_.size();
    }
    const auto n_alive = static_cast<std::size_t>(step.stages.back().n_alive);
    for (; rank_ < alive.size() && !done(); ++rank_) {
        const int token = alive[rank_];
        const bool last = rank_ + 1 == n_alive; // the last token covers what rounding leaves
        sum_ += final_probability(step, token);
        for (; next_ < draws_.size() && (draws_[next_] < sum_ || last); ++next_)
            ++counts_[static_cast<std::size_t>(token)];
    }
    if (done()) measure(step);
    return done();
}

void Resamples::measure(const SampleStep& step) {
    expected_.resize(counts_.size());
    for (std::size_t i = 0; i < counts_.size(); ++i)
        expected_[i] = n() * final_probability(step, static_cast<int>(i));
    fit_ = goodness_of_fit(counts_, expected_);
}

double count_deviation(int n, double p) { return std::sqrt(n * p * std::max(1 - p, 0.0)); }

} // namespace gf
