#pragma once
// Many draws at one place of the text, to compare how often each token comes with its probability. Used by
// the sampling panel.

#include "core/sampling/chi_square.h"
#include "core/sampling/sampling.h"

namespace gf {

/// The draws with resample numbers 0 to n - 1 at a place. Each gives the token that Sampler::redraw() would
/// give, but all are made together: their uniform numbers are sorted, and one walk down the ranking of tokens
/// assigns them. The walk can be interrupted, so that a frame of the window stays short.
class Resamples {
  public:
    /// Starts n draws at `place`, whose own resample number is ignored.
    void begin(const DrawKey& place, int n, int d_vocab);
    /// Walks on over at most `max_tokens` tokens of the ranking. `step` is the result of the sampler's last
    /// sample() and must be the same in each call. Returns whether all draws are made.
    bool advance(Sampler& sampler, const SampleStep& step, int max_tokens);

    bool done() const { return next_ == draws_.size(); }
    /// Draws asked for.
    int n() const { return static_cast<int>(draws_.size()); }
    /// Draws made so far.
    int n_made() const { return static_cast<int>(next_); }
    int count(int token) const { return counts_[static_cast<std::size_t>(token)]; }
    std::span<const int> counts() const { return counts_; }
    /// The test of the counts against the probabilities, once all draws are made.
    const GoodnessOfFit& fit() const { return fit_; }

  private:
    void measure(const SampleStep& step);

    std::vector<double> draws_; ///< the uniform numbers of the draws, sorted
    std::size_t next_ = 0;      ///< the first draw that has no token yet
    std::size_t rank_ = 0;      ///< place in the ranking of the token at which the walk stands
    double sum_ = 0;            ///< probability of all likelier tokens
    std::vector<int> counts_;   ///< by token
    GoodnessOfFit fit_;
    std::vector<double> expected_;
};

/// The standard deviation of how many of n draws give an outcome of probability p.
double count_deviation(int n, double p);

} // namespace gf
