#pragma once
// One path through the token tree: its own contiguous Trace, and how each token came to be. The Engine grows
// branches; everybody else (panels, the command line, tests) reads them as RunViews.

#include "core/sampling/sampling.h"
#include "core/trace.h"

#include <memory>
#include <vector>

namespace gf {

/// How the token at a position was chosen, and how surprising it was to the model.
struct TokenOrigin {
    enum class Kind { prompt, drawn, forced } kind = Kind::prompt;
    DrawKey key;          ///< identifies the draw; meaningful for drawn tokens only
    real surprisal = 0;   ///< -log2 of `probability`, bits; 0 at position 0
    real probability = 1; ///< under the raw logits of the row before it
};

/// A published state of a branch. Readers stay below `rows`, where nothing is ever written again, so they
/// need no lock while the Engine appends to the same Trace.
struct RunView {
    int id = 0;
    int parent = -1;  ///< index in the tree; -1 for the root
    int fork = 0;     ///< tokens shared with the parent
    int n_prompt = 0; ///< tokens of the prompt
    int rows = 0;     ///< tokens whose sites are computed
    std::shared_ptr<const Trace> trace;
    std::shared_ptr<const std::vector<TokenOrigin>> origins; ///< by position

    int token(int position) const { return trace->tokens()[position]; }
    const TokenOrigin& origin(int position) const { return (*origins)[static_cast<std::size_t>(position)]; }
};

/// The branch as the Engine writes it; the fields mean what they mean in RunView.
struct Branch {
    int id = 0, parent = -1, fork = 0, n_prompt = 0, rows = 0;
    std::shared_ptr<Trace> trace;
    /// As long as the trace's capacity from the start, so that it never moves under a reader.
    std::shared_ptr<std::vector<TokenOrigin>> origins;

    std::span<const int> tokens(int n) const { return {trace->tokens(), static_cast<std::size_t>(n)}; }
    RunView view() const { return {id, parent, fork, n_prompt, rows, trace, origins}; }
};

} // namespace gf
