#pragma once
// One path through the token tree, with its own contiguous Trace. The Engine grows branches; the window lists
// them.

#include "session/run.h"

#include <memory>
#include <span>
#include <vector>

namespace gf {

/// A published state of a branch. As in a Run, readers stay below `rows`.
struct BranchView {
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

/// The branch as the Engine writes it; the fields mean what they mean in BranchView.
struct Branch {
    int id = 0, parent = -1, fork = 0, n_prompt = 0, rows = 0;
    std::shared_ptr<Trace> trace;
    /// As long as the trace's capacity from the start, so that it never moves under a reader.
    std::shared_ptr<std::vector<TokenOrigin>> origins;

    std::span<const int> tokens(int n) const { return {trace->tokens(), static_cast<std::size_t>(n)}; }
    BranchView view() const { return {id, parent, fork, n_prompt, rows, trace, origins}; }
};

} // namespace gf
