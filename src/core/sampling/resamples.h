#pragma once
// Many draws at one place of the text: how often each token comes, against its probability.

#include "core/sampling/chi_square.h"
#include "core/sampling/sampling.h"

namespace gf {

/// The draws with resample numbers 0 to n - 1 at a place, each the one that Sampler::redraw would make. All
/// are made in one walk down the ranking, with the draws sorted, which can be interrupted.
class Resamples {
  public:
    /// `place`: its resample number is not used.
    void begin(const DrawKey& place, int n, int d_vocab);
    /// Walks on over at most `most` tokens; `step` is the result of the sampler's last sample(), the same
    /// each time. True when all draws are made.
    bool advance(Sampler& sampler, const SampleStep& step, int most);

    bool done() const { return next_ == draws_.size(); }
    /// Draws asked for, and draws made so far.
    int n() const { return static_cast<int>(draws_.size()); }
    int n_made() const { return static_cast<int>(next_); }
    int count(int token) const { return counts_[static_cast<std::size_t>(token)]; }
    std::span<const int> counts() const { return counts_; }
    /// Of all counts, once they are there.
    const GoodnessOfFit& fit() const { return fit_; }

  private:
    void measure(const SampleStep& step);

    std::vector<double> draws_; ///< sorted
    std::size_t next_ = 0;      ///< the first one that has no token yet
    std::size_t rank_ = 0;      ///< of the token that the walk stands at
    double sum_ = 0;            ///< probability of all likelier ones
    std::vector<int> counts_;   ///< by token
    GoodnessOfFit fit_;
    std::vector<double> expected_;
};

/// One standard deviation of the number of times that n draws give an outcome of probability p.
double count_deviation(int n, double p);

} // namespace gf
