#pragma once
// The sampler's work on the token after the cursor (in a model that fills in, on the one in view), shared by
// the panels that show it.

#include "app/view/selection.h"
#include "session/snapshot.h"

#include <array>

namespace gf::ui {

/// Made in the frame in which the place or the chain changes: the chain of a slider that moves acts at once;
/// the session hears of it by a command and agrees soon after. The two last ones are kept, so that a step
/// back and forth costs nothing.
class NextDraw {
  public:
    /// Once a frame by everyone who shows it; costs something only when something changed. `position`: of the
    /// token to draw; the snapshot's cursor is at least 1.
    void update(const Snapshot& snapshot, int position);
    /// A chain that is newer than the snapshot's.
    void propose(const SamplingChain& chain);

    const SamplingChain& chain() const { return chain_; }
    const SampleStep& step() const { return made_[now_].step; }
    Sampler& sampler() { return made_[now_].sampler; }
    /// The likeliest 200 tokens under the logits after penalties, also those that were cut.
    const std::vector<int>& likeliest();
    /// Another one for every other step().
    std::uint64_t version() const { return made_[now_].version; }

  private:
    struct Made {
        Sampler sampler;
        SampleStep step;
        std::vector<int> likeliest; ///< empty: not asked for yet
        std::uint64_t version = 0;
        // What it was made for.
        std::shared_ptr<const Trace> trace;
        int row = -1;
        SamplingChain chain;
        DrawKey key;
    };
    bool fits(const Made& made, const Snapshot& snapshot, int row, const DrawKey& key) const;

    SamplingChain chain_;
    bool ahead_ = false;
    std::array<Made, 2> made_;
    std::size_t now_ = 0;
    std::uint64_t newest_ = 0;
};

/// Whether the model says which token comes next, or fits. Classifiers and models of text embeddings do not.
inline bool predicts_tokens(const Snapshot& snapshot) { return snapshot.trace().has(Site::logits); }

/// Where the token that Sampling shows is drawn.
inline int drawn_position(const Snapshot& snapshot, const Selection& selection) {
    return snapshot.config().fills_in() ? selection.token_in_view(snapshot.cursor) : snapshot.cursor;
}

/// Of the program's one window.
NextDraw& next_draw();

} // namespace gf::ui
