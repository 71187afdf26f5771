#pragma once
// One path through the token tree: its tokens, how each came to be, and the Trace of its run. The TextTree
// and compared runs grow branches; the window lists them as BranchViews.

#include "session/run.h"
#include "session/saved_text.h"

#include <memory>
#include <span>
#include <vector>

namespace gf {

/// What a branch is computed with. Lives for one call.
struct RunContext {
    const Model& model;
    Stack stack = Stack::decoder;
    const std::shared_ptr<const Trace>& source; ///< the run that a decoder attends to; null: none
    const std::vector<Edit>& edits;     ///< all that count, also those of rows that the branch does not have
    std::size_t trace_budget = 0;       ///< bytes that a run may take with all its values
    const RunSetup& setup = no_setup(); ///< its prefix and edits are the branch's own

    static const RunSetup& no_setup() {
        static const RunSetup none;
        return none;
    }

    const ModelConfig& config() const { return model.weights->config_of(stack); }
};

/// A published state of a branch. As in a Run, readers stay below `rows`.
struct BranchView {
    int id = 0;
    int parent = -1;  ///< index in the tree; -1 for the root
    int fork = 0;     ///< tokens shared with the parent
    int n_prompt = 0; ///< tokens of the prompt
    int rows = 0;     ///< tokens that were computed, whether their values are still there or not
    std::shared_ptr<const Trace> trace;                      ///< null: dropped, until the branch is in view
    std::shared_ptr<const std::vector<TokenOrigin>> origins; ///< by position

    const TokenOrigin& origin(int position) const { return (*origins)[static_cast<std::size_t>(position)]; }
    int token(int position) const { return origin(position).token; }
};

/// The branch as the session writes it; the fields mean what they mean in BranchView, except that `rows` is 0
/// while the values are dropped.
class Branch {
  public:
    enum class Growth { none, by_tokens }; ///< whether tokens will be added behind the prompt
    /// A root with the prompt's tokens, whose rows are still to be computed.
    Branch(const RunContext& context, std::span<const int> prompt, Growth growth = Growth::by_tokens);

    /// A branch as it was saved, with its values dropped: revive() computes them.
    /// @throws Error when it does not fit the model
    Branch(const RunContext& context, const SavedBranch& saved);
    SavedBranch saved() const;

    int id = 0, parent = -1, fork = 0;
    /// Tokens that see each other under a prefix mask: the prompt that the text began with.
    int n_prefix() const { return n_prefix_; }
    int n_prompt() const { return n_prompt_; }
    int n_tokens() const { return n_tokens_; }
    int rows() const { return rows_; }
    bool is_complete() const { return trace_ && rows_ == n_tokens_; }
    const std::shared_ptr<Trace>& trace() const { return trace_; }
    const std::shared_ptr<std::vector<TokenOrigin>>& origins() const { return origins_; }
    const TokenOrigin& origin(int position) const { return (*origins_)[static_cast<std::size_t>(position)]; }
    int token(int position) const { return origin(position).token; }
    std::vector<int> tokens(int n) const;
    BranchView view() const;

    /// Whether the run is too long to keep all its values.
    bool is_reduced() const { return shape_.keep != Keep::all; }
    /// Bytes of the run's values; 0 while they are dropped.
    std::size_t bytes() const { return trace_ ? trace_->bytes() : 0; }

    /// Computes the next rows of tokens that are known: as many as a slice of work has, or all at once where
    /// rows depend on later tokens.
    void compute_slice();
    /// Adds a token behind the last one and computes its row. Returns how long that took, in seconds. The
    /// branch must be complete and there must be room in the model's context.
    double append(const RunContext& context, int token, TokenOrigin origin);
    /// Adds tokens behind the last one, whose rows are still to be computed.
    void add_tokens(const RunContext& context, std::span<const int> tokens);
    /// A new branch with this token at `position` and, in a model that fills in, this branch's tokens behind
    /// it; else with none behind it.
    std::shared_ptr<Branch> fork_at(const RunContext& context, int position, int token,
                                    TokenOrigin origin) const;

    /// Whether the first n rows depend on tokens behind them.
    bool depends_on_tokens_behind(int n) const {
        return trace_->plan().reads_beyond(n) || depends_on_length(trace_->config(), trace_->setup());
    }
    /// The first n tokens alone.
    std::shared_ptr<Branch> part(const RunContext& context, int n) const;

    /// The same branch with another text: rows of tokens that both begin with are taken over.
    std::shared_ptr<Branch> with_text(const RunContext& context, const std::vector<int>& text) const;

    /// Whether the run is that of this source and of these edits, as far as they are of its rows.
    bool is_up_to_date(const RunContext& context) const;
    /// The same branch, to be computed again with what the context says from the first row on that can
    /// differ.
    std::shared_ptr<Branch> recomputed(const RunContext& context) const;

    /// Forgets the values, which revive() computes again.
    void drop();
    /// Begins to compute dropped values again. Slices are cut as they were the first time, so that with the
    /// same edits and source the values have the same bits.
    void revive(const RunContext& context);

  private:
    /// Rows [begin, end) were computed together; of them [begin, kept_end) are still those of this pass.
    struct Pass {
        int begin, kept_end, end;
    };
    Branch() = default;
    void compute_rows(int end);
    void repeat_pass(const Pass& pass);
    void note_surprisal(int first, int end);
    void cut_passes(int first);
    void grow(const RunContext& context);
    void add_token(const RunContext& context, int token, TokenOrigin origin);

    RunSetup setup_for(const RunContext& context, int capacity) const;
    std::shared_ptr<Trace> empty_trace(const RunContext& context) const;
    void choose_shape(const RunContext& context, int capacity);
    int room_for(const RunContext& context, int n, int wished) const;
    void begin_anew(const RunContext& context, int n);

    int n_prompt_ = 0, n_tokens_ = 0, rows_ = 0;
    int n_prefix_ = 0;             ///< see n_prefix()
    TraceShape shape_;             ///< of the trace, also while it is dropped
    std::shared_ptr<Trace> trace_; ///< null: dropped
    /// As long as the trace's capacity from the start, so that it never moves under a reader.
    std::shared_ptr<std::vector<TokenOrigin>> origins_;
    std::vector<Pass> passes_; ///< how the rows were computed, in order
    std::size_t n_repeated_ =
        0; ///< passes that revive() has repeated so far; as many as there are: none is left
};

/// How many rows of such a model one slice of work computes: so many that it takes about 20 ms, counted in
/// operations and not by a clock, so that what is computed again is cut at the same rows.
int rows_per_slice(const ModelConfig& config);

} // namespace gf
