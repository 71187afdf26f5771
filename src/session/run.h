#pragma once
// A run as it is published: one computation of one text by one model, with how its tokens came to be. The
// Engine makes Runs; everybody else (panels, the command line, tests) reads them.

#include "core/edit_spec.h"
#include "core/run_view.h"
#include "core/sampling/sampling.h"
#include "session/model.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// How the token at a position was chosen, and how surprising it was to the model.
struct TokenOrigin {
    int token = 0; ///< its id
    enum class Kind { prompt, drawn, forced } kind = Kind::prompt;
    DrawKey key{};        ///< identifies the draw; meaningful for drawn tokens only
    real surprisal = 0;   ///< -log2 of `probability`, bits; 0 at position 0
    real probability = 1; ///< under the raw logits of the row before it
};

/// What a run is for.
enum class RunRole {
    text,     ///< the text that a person writes with the model
    source,   ///< what the encoder of an encoder-decoder reads
    compared, ///< beside the text, in lock-step with it
};

/// The layer that is computed again to be looked at, in a run that does not keep all its values.
struct LayerInView {
    int index = -1;   ///< layer whose sites the run's Trace has; -1: none, or it is not complete yet
    int rows = -1;    ///< rows computed so far; -1 while none is being computed
    double bytes = 0; ///< bytes that the layer would take if they are too many, else 0
};

class Donor;

/// An edit of a run: as it was asked for, and the cells that it changes.
struct RunEdit {
    EditSpec spec;
    CellRange range;
    std::shared_ptr<Donor> donor{}; ///< for the Engine; null unless the kind is donor
    bool operator==(const RunEdit&) const = default;
};

/// Readers stay below `rows`, where nothing is ever written again, so they need no lock while the Engine
/// appends to the same Trace.
struct Run {
    /// The ids of the text and of its source; compared runs have larger ones.
    static constexpr int k_text = 0, k_source = 1;

    int id = k_text; ///< what cells point with
    RunRole role = RunRole::text;
    std::string name = "text"; ///< what commands point with
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Trace> trace;
    std::shared_ptr<const std::vector<TokenOrigin>> origins{}; ///< by position
    int rows = 0;                                              ///< tokens whose sites are computed
    int shown = 0; ///< of these, tokens before the cursor; all of a source
    /// Tokens that are known. There are more than rows while a prompt is read, and where rows see later
    /// tokens and the cursor stands before the last one: then the run is one of the tokens shown.
    int rows_wanted = 0;
    int reads = -1;   ///< id of the run whose output this one attends to; -1: none
    int read_by = -1; ///< id of the run that attends to this one's output; -1: none
    /// The edits of this run, in the order in which they apply. Never null.
    std::shared_ptr<const std::vector<RunEdit>> edits;
    LayerInView layer{};
    /// The gradients of the target that was asked for, in the layout of `trace`, of the first `rows` rows;
    /// null: there are none.
    std::shared_ptr<const Trace> gradients{};
    std::string_view why_no_gradients = k_no_gradients; ///< in words that follow "missing: "
    /// Of a compared run: the row that stands for the same as each row of the text, -1 where there is none;
    /// null where that is the same row.
    std::shared_ptr<const std::vector<int>> counterparts{};
    /// The rows that have other values than in the snapshot before because tokens came or went behind them;
    /// null where rows do not depend on later tokens.
    std::shared_ptr<const std::vector<bool>> changed{};

    int token(int position) const { return origin(position).token; }
    bool has_changed(int row) const {
        return changed && static_cast<std::size_t>(row) < changed->size() &&
               (*changed)[static_cast<std::size_t>(row)];
    }
    const TokenOrigin& origin(int position) const { return (*origins)[static_cast<std::size_t>(position)]; }
    const ModelConfig& config() const { return trace->config(); }
    Stack stack() const { return trace->shape().stack; }
    /// What the stack is called that computes the run: "encoder" or "decoder".
    std::string_view stack_name() const { return stack() == Stack::encoder ? "encoder" : "decoder"; }
    /// All its values that are computed.
    RunView view() const {
        return {.trace = trace, .rows = rows, .gradients = gradients, .why_no_gradients = why_no_gradients};
    }
};

} // namespace gf
