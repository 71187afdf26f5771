#pragma once
// The session without threads: commands change its state, ticks do its work in slices, publish() shows it.
// Session runs it on a worker.

#include "core/layer_view.h"
#include "session/command.h"
#include "session/snapshot.h"

#include <deque>
#include <limits>
#include <map>
#include <utility>

namespace gf {

class Engine {
  public:
    /// Runs whose Trace would need more bytes than the budget keep the residual stream, keys, values and
    /// logits only.
    explicit Engine(std::size_t trace_budget = std::size_t{1} << 30) : trace_budget_(trace_budget) {}

    /// Carries out a command. Never throws: what went wrong becomes the snapshot's message, and the state
    /// stays as it was.
    void apply(const Command& command);

    /// Does one slice of work (a piece of the prompt, or one token while playing) if it is due. `now` in
    /// seconds, from any origin.
    void tick(double now);

    /// When tick() has something to do: -infinity means at once, infinity not until the next command.
    double due() const;

    void publish(Snapshot& out);

  private:
    static constexpr double k_never = std::numeric_limits<double>::infinity(), k_at_once = -k_never;
    static constexpr std::size_t k_undo_most = 100;

    static std::shared_ptr<const std::vector<Edit>> no_edits();

    /// What undo brings back. Branches are shared: they only ever grow, by tokens that were drawn.
    struct State {
        std::shared_ptr<const Model> model;
        std::string model_path, tokenizer_path, prompt, source;
        RunView source_run; ///< the encoder's, of an encoder-decoder
        std::vector<std::shared_ptr<Branch>> tree;
        int branch = 0;
        int cursor = 0; ///< tokens shown, once they are computed
        std::map<std::pair<int, int>, std::uint32_t>
            resamples; ///< (branch, position) -> number of its last draw
        std::shared_ptr<const std::vector<Edit>> edits = no_edits(), source_edits = no_edits();
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

    Branch& current() { return *state_.tree[static_cast<std::size_t>(state_.branch)]; }
    const Branch& current() const { return *state_.tree[static_cast<std::size_t>(state_.branch)]; }
    bool has_run() const { return !state_.tree.empty(); }
    bool reading_prompt() const { return has_run() && current().rows < current().trace->n_tokens(); }
    int context() const; ///< tokens that fit

    void remember() { undoable_ = true; }
    void clear_message();
    void start(const std::vector<int>& prompt);
    RunView read_source(const Model& model, const std::string& text) const;
    void require_run(const char* what) const;
    void read_piece(Branch& branch);
    void read_prompt_piece() { read_piece(current()); }
    void compute_all();
    std::vector<Edit> edits_within(int capacity) const;
    bool is_of_source(const std::string& name) const;
    std::shared_ptr<const std::vector<Edit>>& edits_of(bool source) {
        return source ? state_.source_edits : state_.edits;
    }
    void change_edits(std::vector<Edit> edits, bool of_source, bool on);
    void forget_edits(std::shared_ptr<const std::vector<Edit>>& edits);
    void follow_source_edits();
    void follow_edits();
    void compute_again_piece();
    void follow_layer();
    /// Of the run in view, the text or the source, a layer may be wanted.
    bool layer_of_source() const { return layer_stack_ == Stack::encoder && state_.source_run.trace; }
    RunView run_of_layer() const { return layer_of_source() ? state_.source_run : current().view(); }
    bool layer_is_due() const { return layer_ && layer_->rows() < run_of_layer().rows; }
    void compute_layer(int most) { layer_->compute(run_of_layer().rows, most); }
    void compute_rows(Branch& branch, int rows);
    void play(double now);
    bool forward_one();
    DrawKey next_key() const;
    int draw(const Branch& branch, int position, const DrawKey& key);
    void append(Branch& branch, int token, TokenOrigin origin);
    TraceShape trace_shape(int capacity, int n_prompt);
    void grow(Branch& branch);
    void require_free(const char* what, int position) const;
    int find_branch(int position, int token) const;
    int fork(int position, int token, TokenOrigin origin);
    void go_on(Branch& child, const Branch& parent, int token, TokenOrigin origin);
    void fill_in(Branch& child, const Branch& parent, int token, TokenOrigin origin);
    void note(const std::string& text, bool error = false);

    State state_;
    std::shared_ptr<Branch> again_; ///< the branch in view with the edits that hold now, while it is computed
    std::deque<State> undo_, redo_;
    bool undoable_ = false;        ///< the command at work is a step of undo
    bool moving_sampling_ = false; ///< successive slider moves are one step of undo
    bool playing_ = false;
    double speed_ = 0, last_token_at_ = k_at_once; ///< when the last token was due
    std::size_t trace_budget_;
    int layer_wanted_ = -1;
    Stack layer_stack_ = Stack::decoder; ///< ... of whose run
    std::unique_ptr<LayerView> layer_;   ///< the layer in view of a run that does not keep everything
    double layer_bytes_ = 0;             ///< what it would take, if that is too much
    Sampler sampler_;
    SampleStep step_;
    double seconds_per_token_ = 0;
    std::string message_, refused_prompt_;
    bool message_is_error_ = false, can_truncate_ = false;
    std::uint64_t message_number_ = 0, version_ = 0;
};

} // namespace gf
