#pragma once
// What the window sees: a consistent picture of the session, newest published first, never locked.

#include "core/sampling.h"
#include "session/branch.h"
#include "session/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gf {

/// Of a run that keeps the residual stream, keys and values only: the layer that is computed again, to be
/// looked at.
struct LayerInView {
    int kept = -1;    ///< its sites stand in the run's Trace; -1: those of none (yet)
    int rows = -1;    ///< it is being computed, so many rows by now; -1: it is not
    double bytes = 0; ///< what it would take, where that is too much; else 0
};

struct Snapshot {
    std::uint64_t version = 0;          ///< grows with every publication
    std::shared_ptr<const Model> model; ///< null: nothing is open
    std::string model_path, tokenizer_path;
    std::string prompt;
    std::string source; ///< of an encoder-decoder: what its encoder reads; empty: the start token alone
    RunView source_run; ///< ... the run of its encoder, complete; without Trace for other models

    std::vector<RunView> runs; ///< runs[0]: the branch in view; empty until a model is open
    int cursor = 0;            ///< tokens shown: rows [0, cursor) of runs[0]
    std::vector<RunView> tree; ///< all branches in order of creation
    int branch = 0;            ///< index in `tree` of runs[0]

    /// Of single cells of the run in view, in the order in which they were made; of an encoder-decoder's
    /// other run. Never null.
    std::shared_ptr<const std::vector<Edit>> edits, other_edits;
    bool edits_on = true; ///< off: kept, but they do not count
    int rows_again =
        -1; ///< the run in view is computed again with other edits, so many rows by now; -1: it is up to date

    /// Of the run in view; of an encoder-decoder's other run.
    LayerInView layer, other_layer;

    SamplingChain chain;
    std::uint64_t seed = 0;
    DrawKey next_draw; ///< of the token after the cursor
    bool playing = false;
    double tokens_per_s_limit = 0; ///< 0: none
    bool can_undo = false, can_redo = false;

    std::string message; ///< the last error or note; empty: none
    bool message_is_error = false;
    bool can_truncate = false;  ///< the error is a prompt that is too long: SetPrompt{prompt, truncate}
    std::string refused_prompt; ///< ... this one
    std::uint64_t message_number = 0;

    double tokens_per_s = 0; ///< measured over the last tokens computed
    int rows_wanted = 0;     ///< rows that runs[0] will have once its prompt is read

    bool has_run() const { return !runs.empty(); }
    std::size_t n_edits() const { return edits->size() + other_edits->size(); }
    bool reading_prompt() const { return has_run() && runs[0].rows < rows_wanted; }
    const RunView& run() const { return runs[0]; }
    const Trace& trace() const { return *runs[0].trace; }
    bool has_source() const { return source_run.trace != nullptr; }
    /// Of the stack whose run is in view.
    const ModelConfig& config() const { return has_run() ? trace().config() : model->config(); }
    /// Whether the run in view is that of an encoder-decoder's encoder: see encoder_snapshot().
    bool of_encoder() const { return has_run() && trace().shape().stack == Stack::encoder; }
    /// Tokens of the text that are computed, whichever run is in view.
    int text_rows() const { return tree[static_cast<std::size_t>(branch)].rows; }
    /// Row whose logits give the token after the cursor.
    int last_row() const { return cursor - 1; }
};

/// The run of the encoder in the form that panels show: runs[0] is the source, all of it. What belongs to the
/// text (tree, branch, chain, next_draw) stays as it is.
Snapshot encoder_snapshot(const Snapshot& snapshot);

} // namespace gf
