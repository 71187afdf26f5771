#pragma once
// A consistent picture of the session, which the Engine publishes. The window and tests read it without lock.

#include "core/sampling/sampling.h"
#include "session/branch.h"
#include "session/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gf {

/// The layer that is computed again to be looked at, in a run that does not keep all its values.
struct LayerInView {
    int index = -1;   ///< layer whose sites the run's Trace has; -1: none, or it is not complete yet
    int rows = -1;    ///< rows computed so far; -1 while none is being computed
    double bytes = 0; ///< bytes that the layer would take if they are too many, else 0
};

struct Snapshot {
    std::uint64_t version = 0;          ///< grows with every publication
    std::shared_ptr<const Model> model; ///< null: nothing is open
    std::string model_path, tokenizer_path;
    std::string prompt;
    std::string source; ///< text that the encoder of an encoder-decoder reads; empty: the start token alone
    RunView source_run; ///< the encoder's complete run; without Trace for models that have no encoder

    std::vector<RunView> runs; ///< runs[0] is the branch in view; empty until a model is open
    int cursor = 0;            ///< tokens shown: rows [0, cursor) of runs[0]
    std::vector<RunView> tree; ///< all branches in order of creation
    int branch = 0;            ///< index in `tree` of runs[0]

    /// Edited cells of the run in view, and of the run of an encoder-decoder's other stack, in the order in
    /// which they were made. Never null.
    std::shared_ptr<const std::vector<Edit>> edits, other_stack_edits;
    bool edits_on = true;     ///< false: the edits are kept, but the run is computed without them
    int rows_recomputed = -1; ///< rows computed so far with changed edits; -1: the run in view is up to date

    /// The layer computed again in the run in view, and in the run of an encoder-decoder's other stack.
    LayerInView layer, other_stack_layer;

    SamplingChain chain;
    std::uint64_t seed = 0;
    DrawKey next_draw; ///< draw of the token after the cursor
    bool playing = false;
    double tokens_per_s_limit = 0; ///< 0: none
    bool can_undo = false, can_redo = false;

    std::string message; ///< the last error or note; empty: none
    bool message_is_error = false;
    bool can_truncate = false;  ///< refused_prompt was too long; SetPrompt{refused_prompt, true} cuts it
    std::string refused_prompt; ///< meaningful with can_truncate only
    std::uint64_t message_number = 0; ///< grows with every message, so that a repeated one is noticed

    double tokens_per_s = 0; ///< measured over the last tokens decoded; 0 until there is one
    int rows_wanted = 0;     ///< rows that runs[0] will have once its prompt is read

    bool has_run() const { return !runs.empty(); }
    std::size_t n_edits() const { return edits->size() + other_stack_edits->size(); }
    bool reading_prompt() const { return has_run() && runs[0].rows < rows_wanted; }
    const RunView& run() const { return runs[0]; }
    const Trace& trace() const { return *runs[0].trace; }
    bool has_source() const { return source_run.trace != nullptr; }
    /// Config of the stack whose run is in view.
    const ModelConfig& config() const { return has_run() ? trace().config() : model->config(); }
    /// Whether the run in view is that of an encoder-decoder's encoder: see encoder_snapshot().
    bool encoder_in_view() const { return has_run() && trace().shape().stack == Stack::encoder; }
    /// Computed tokens of the text, whichever run is in view.
    int text_rows() const { return tree[static_cast<std::size_t>(branch)].rows; }
};

/// The encoder's run in the form that panels show: runs[0] is the whole source, and edits and layer are the
/// encoder's. What belongs to the text (tree, branch, chain, next_draw) stays as it is. Used by the window
/// when the encoder is in view.
Snapshot encoder_snapshot(const Snapshot& snapshot);

} // namespace gf
