#pragma once
// Drawing tokens one after the other: when the next one is due, and how fast it goes. Used by the Engine.

#include "core/sampling/sampling.h"
#include "session/branch.h"

#include <limits>

namespace gf {

/// Times are seconds from any origin, always the same.
class Playback {
  public:
    static constexpr double k_never = std::numeric_limits<double>::infinity(), k_at_once = -k_never;

    void play() { playing_ = true; }
    /// Ends playing, and forgets steps that are left.
    void stop() { playing_ = false, steps_left_ = 0; }
    bool is_playing() const { return playing_; }
    void set_limit(double tokens_per_s) { limit_ = tokens_per_s; }
    double limit() const { return limit_; } ///< tokens per second; 0: none

    /// Tokens that are to be shown at once, as far as slices of work allow.
    void add_steps(int n) { steps_left_ += n; }
    int steps_left() const { return steps_left_; }
    void count_step() { --steps_left_; }

    /// When the next token is due.
    double due_time() const;
    /// Notes that the token that was due is shown now. The schedule is kept while tokens are late by less
    /// than a period; after a longer delay it starts anew, so that no burst of tokens follows.
    void note_token(double now);

    /// Draws the token at a position of a branch, under this chain.
    int draw(const Branch& branch, int position, const SamplingChain& chain, const DrawKey& key);

    /// Notes how long a token took to compute.
    void note_decoded(double seconds);
    double tokens_per_s() const {
        return seconds_per_token_ > 0 ? 1 / seconds_per_token_ : 0;
    } ///< 0: unknown

  private:
    bool playing_ = false;
    int steps_left_ = 0;
    double limit_ = 0;
    double last_due_ = k_at_once;  ///< when the newest token was due
    double seconds_per_token_ = 0; ///< of decoding, smoothed; 0 until the first token
    Sampler sampler_;
    SampleStep sample_step_; ///< reused by every draw
};

} // namespace gf
