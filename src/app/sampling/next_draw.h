#pragma once
// The sampler's work on the token after the cursor, shared by the panels that show it.

#include "session/snapshot.h"

namespace gf {

/// Made in the frame in which the place or the chain changes: the chain of a slider that moves acts at once; the session hears
/// of it by a command and agrees soon after.
class NextDraw {
  public:
    /// Once a frame by everyone who shows it; costs something only when something changed. The snapshot's cursor is at least 1.
    void update(const Snapshot& snapshot);
    /// A chain that is newer than the snapshot's.
    void propose(const SamplingChain& chain);

    const SamplingChain& chain() const { return chain_; }
    const SampleStep& step() const { return step_; }
    Sampler& sampler() { return sampler_; }
    /// Changes whenever step() does.
    std::uint64_t version() const { return version_; }

  private:
    SamplingChain chain_;
    bool ahead_ = false;
    Sampler sampler_;
    SampleStep step_;
    std::uint64_t version_ = 0;
    // What step_ was computed for.
    std::shared_ptr<const Trace> trace_;
    int row_ = -1;
    SamplingChain computed_;
    DrawKey key_;
};

/// Of the program's one window.
NextDraw& next_draw();

} // namespace gf
