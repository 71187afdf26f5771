#pragma once
// The session without threads: commands change its state, ticks do its work in slices, publish() shows it.
// Session runs it on a worker; tests drive it directly, with a clock of their own.
//
// engine.cpp           carrying out commands, slices of work, publishing
// engine_prompt.cpp    opening a model, beginning a text
// engine_source.cpp    the text that an encoder reads
// engine_playback.cpp  the cursor, drawing tokens, the Trace that grows
// engine_branches.cpp  the token tree
// engine_edits.cpp     edited cells, and the run computed again with them
// engine_layer.cpp     the layer in view of a run that is too long to keep everything

#include "core/passes/layer_view.h"
#include "session/command.h"
#include "session/snapshot.h"

#include <deque>
#include <limits>
#include <map>
#include <utility>

namespace gf {

class Engine {
  public:
    /// A run whose Trace would need more than `trace_budget` bytes keeps the residual stream, keys, values
    /// and logits only.
    explicit Engine(std::size_t trace_budget = std::size_t{1} << 30) : trace_budget_(trace_budget) {}

    /// Carries out a command. Never throws: what went wrong becomes the snapshot's message, and the state
    /// stays as it was.
    void apply(const Command& command);

    /// Does one slice of work (a piece of the prompt, or one token while playing) if it is due. `now` counts
    /// seconds from any origin, always the same.
    void tick(double now);

    /// Time at which tick() has something to do, on the clock of its `now`: -infinity means at once, infinity
    /// not until the next command.
    double due_time() const;

    /// Fills `out`, which may hold an older snapshot, with the present state.
    void publish(Snapshot& out);

  private:
    static constexpr double k_never = std::numeric_limits<double>::infinity(), k_at_once = -k_never;
    /// Tokens that a run has room for before its Trace must grow.
    static constexpr int k_initial_capacity = 256;

    using SharedEdits = std::shared_ptr<const std::vector<Edit>>; ///< never null
    static SharedEdits no_edits();

    /// Everything that undo brings back. Branches are shared between states: they only ever grow, by tokens
    /// that were drawn.
    struct State {
        std::shared_ptr<const Model> model;
        std::string model_path, tokenizer_path, prompt, source;
        RunView source_run; ///< the encoder's run; without Trace for models that have no encoder
        std::vector<std::shared_ptr<Branch>> tree;
        int branch = 0; ///< index in `tree` of the branch in view
        int cursor = 0; ///< tokens shown, once they are computed
        /// (branch, position) -> number of the newest draw there; 0 is the first draw.
        std::map<std::pair<int, int>, std::uint32_t> resamples;
        SharedEdits edits = no_edits(), source_edits = no_edits();
        bool edits_on = true;
        SamplingChain chain = default_chain();
        std::uint64_t seed = 42;
    };

    void run(const command::Open&);
    void run(const command::SetPrompt&);
    void run(const command::SetSource&);
    void run(const command::Play&);
    void run(const command::Pause&);
    void run(const command::Step&);
    void run(const command::Jump&);
    void run(const command::SetSpeed&);
    void run(const command::SetSampling&);
    void run(const command::SetSeed&);
    void run(const command::Resample&);
    void run(const command::ForceToken&);
    void run(const command::SelectBranch&);
    void run(const command::ViewLayer&);
    void run(const command::SetTraceBudget&);
    void run(const command::EditCell&);
    void run(const command::RemoveEdit&);
    void run(const command::RemoveEdits&);
    void run(const command::UseEdits&);
    void run(const command::Undo&);
    void run(const command::Redo&);
    template <class WindowCommand>
    void run(const WindowCommand&) {} // the window carries those out itself

    // The run in view.
    Branch& current() { return *state_.tree[static_cast<std::size_t>(state_.branch)]; }
    const Branch& current() const { return *state_.tree[static_cast<std::size_t>(state_.branch)]; }
    bool has_run() const { return !state_.tree.empty(); }
    bool reading_prompt() const { return has_run() && current().rows < current().trace->n_tokens(); }
    int max_tokens() const;
    RunView run_of(Stack stack) const {
        return stack == Stack::encoder ? state_.source_run : current().view();
    }
    void require_run(const char* command_name) const;

    // Messages and undo.
    void set_message(const std::string& text, bool is_error = false);
    void clear_message();
    void mark_undoable() { undoable_ = true; }

    // Models, prompts and sources.
    void start_tree(const std::vector<int>& prompt);
    RunView read_source(const Model& model, const std::string& text) const;
    TraceShape trace_shape(int capacity, const RunSetup& setup);

    // Slices of work.
    void compute_rows(Branch& branch, int rows);
    void compute_slice(Branch& branch);
    void recompute_slice();
    void finish_pending_rows();
    void play_token(double now);

    // Playback.
    bool show_next_token();
    DrawKey next_draw_key() const;
    int draw_token(const Branch& branch, int position, const DrawKey& key);
    void append_token(Branch& branch, int token, TokenOrigin origin);
    void grow(Branch& branch);

    // The token tree.
    void require_replaceable(const char* command_name, int position) const;
    int find_branch(int position, int token) const;
    int find_or_fork(int position, int token, TokenOrigin origin);
    void fork_prefix(Branch& child, const Branch& parent, int token, TokenOrigin origin);
    void fork_whole_text(Branch& child, const Branch& parent, int token, TokenOrigin origin);

    // Edits. The decoder's are those of the text, in models of a single stack too.
    SharedEdits& edits_of(Stack stack) {
        return stack == Stack::encoder ? state_.source_edits : state_.edits;
    }
    std::vector<Edit> active_edits(int capacity) const;
    Stack stack_of_site(const std::string& name) const;
    void change_edits(std::vector<Edit> edits, Stack stack, bool on);
    void forget_edits(SharedEdits& edits);
    void apply_source_edits();
    void apply_edits();

    // The layer in view.
    /// The stack whose run the wanted layer belongs to.
    Stack layer_stack() const {
        return wanted_stack_ == Stack::encoder && state_.source_run.trace ? Stack::encoder : Stack::decoder;
    }
    bool layer_is_behind() const { return layer_view_ && layer_view_->rows() < run_of(layer_stack()).rows; }
    void compute_layer_slice();
    void update_layer_view();

    State state_;
    std::shared_ptr<Branch> recomputed_; ///< the branch in view, being computed with the edits that hold now
    std::deque<State> undo_, redo_;
    bool undoable_ = false;      ///< undo takes back the command at work
    bool sampling_drag_ = false; ///< successive moves of a sampling slider are undone together
    bool playing_ = false;
    double tokens_per_s_limit_ = 0;         ///< 0: none
    double last_token_due_ = k_at_once;     ///< when the newest token was due, seconds
    std::size_t trace_budget_;              ///< bytes
    int wanted_layer_ = -1;                 ///< -1: none
    Stack wanted_stack_ = Stack::decoder;   ///< the stack of wanted_layer_
    std::unique_ptr<LayerView> layer_view_; ///< null where the run keeps everything, or no layer is wanted
    double refused_layer_bytes_ = 0;        ///< bytes that the wanted layer would take, if they are too many
    Sampler sampler_;
    SampleStep sample_step_;       ///< reused by every draw
    double seconds_per_token_ = 0; ///< of decoding, smoothed; 0 until the first token
    std::string message_, refused_prompt_;
    bool message_is_error_ = false, can_truncate_ = false;
    std::uint64_t message_number_ = 0, version_ = 0;
};

} // namespace gf
