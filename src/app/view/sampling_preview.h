#pragma once
// What the sampler does for the token after the cursor (in a model that fills in, for the token in view).
// Shared by the panels that show it, Sampling and Text, so that it is computed once.

#include "app/view/selection.h"
#include "app/view/view.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace gf::ui {

/// The sampler runs here in the frame in which the position or the chain changes, so that a slider that moves
/// acts at once; the session hears of the new chain by a command and agrees soon after. The last two results
/// are kept, so that one step back and forth costs nothing.
class SamplingPreview {
  public:
    /// Called in every frame by each panel that shows the preview; samples only if something changed.
    /// `position` is that of the token to sample. The snapshot's cursor must be at least 1.
    void update(const View& view, int position);
    /// Shows what this chain does, which a person has just edited, until the snapshot has it too.
    void propose(const SamplingChain& chain);

    const SamplingChain& chain() const { return chain_; }
    const SampleStep& step() const { return results_[current_].step; }
    Sampler& sampler() { return results_[current_].sampler; }
    /// The likeliest 200 tokens under the logits after penalties, those that were cut included.
    const std::vector<int>& likeliest();
    /// A number that is a different one for each different step().
    std::uint64_t version() const { return results_[current_].version; }

  private:
    struct Result {
        Sampler sampler;
        SampleStep step;
        std::vector<int> likeliest; ///< empty until it is asked for
        std::uint64_t version = 0;
        // What it was computed for.
        std::shared_ptr<const Trace> trace;
        int row = -1;
        SamplingChain chain;
        DrawKey key;
    };
    bool is_up_to_date(const Result& result, const View& view, int row, const DrawKey& key) const;

    SamplingChain chain_;
    bool chain_is_ahead_ = false; ///< chain_ is newer than the snapshot's
    std::array<Result, 2> results_;
    std::size_t current_ = 0; ///< index in results_
    std::uint64_t last_version_ = 0;
};

/// Whether the model predicts tokens: the next one, or the one that fits in a place. Classifiers and models
/// of text embeddings do not.
inline bool predicts_tokens(const View& view) { return view.trace().has(Site::logits); }

/// Position of the token whose sampling is shown.
inline int sampled_position(const View& view, const Selection& selection) {
    return view.config().fills_in() ? selection.token_in_view(view.cursor) : view.cursor;
}

/// The preview of the program's one window.
SamplingPreview& sampling_preview();

/// Whether the token behind the cursor is written already.
inline bool is_next_written(const View& view) { return view.cursor < view.run.rows_wanted; }
/// The token behind the cursor if it is written already, else the one that will be drawn. The model must
/// continue texts and the cursor be at least 1.
int next_token(const View& view);

} // namespace gf::ui
