#pragma once
// The session without threads: commands change its state, ticks do its work in slices, publish() shows it.
// Session runs it on a worker; tests drive it directly, with a clock of their own. The Engine hands over to
// objects of one purpose:
//
// TextTree      the branches of the text, and the cursor in them
// EditDesk      the edits, and whether they count
// Playback      when the next token is due, and drawing it
// History       states to undo and redo
// ComparedRun   a run beside the text, in lock-step with it
// Donor         a run that edits take values from
// LayerDesk     the layer in view of a run that is too long to keep everything
// GradientDesk  the gradients of the text and of its source
// MaskEffects   what the masks of the text do (src/measures)
// PartEffects   what each part does to the logits of a row (src/measures)
// ProbeDesk     the run of a fixed text, on which heads are measured
// PositionDesk  what the schemes of positions do on texts of Tinyville
// RoutingDesk   by what the experts split texts up
// OrderDesk     what the models notice of another order of the words
// Ledger        the memory of all runs, against one budget
// WaitingRoom   commands that need a text which is still being computed
// NoticeDesk    the newest message, and what makes it true
// WatchDesk     what is watched, and the conditions that stop playing
//
// engine.cpp           carrying out commands, slices of work, publishing
// engine_texts.cpp     opening a model, beginning a text, reading a source
// engine_playback.cpp  the cursor, drawing tokens, branches
// engine_edits.cpp     edits, and runs that are computed again with them
// engine_donors.cpp    runs that edits take values from
// engine_compared.cpp  runs beside the text
// engine_gradients.cpp gradients of the text
// engine_watches.cpp   conditions that stop playing
// engine_positions.cpp studies of positions and of routing
// engine_masks.cpp     masks of the text, and what they do
// engine_parts.cpp     what the parts of the model do to a row
// engine_state.cpp     the state as a list of commands

#include "session/commands/session_commands.h"
#include "session/compared_run.h"
#include "session/donor.h"
#include "session/edit_desk.h"
#include "session/gradient_desk.h"
#include "session/history.h"
#include "session/layer_desk.h"
#include "session/notice_desk.h"
#include "session/order_desk.h"
#include "session/playback.h"
#include "session/position_desk.h"
#include "session/probe_desk.h"
#include "session/routing_desk.h"
#include "session/snapshot.h"
#include "session/text_tree.h"
#include "session/waiting_room.h"
#include "session/watch_desk.h"

namespace gf {

class Engine {
  public:
    /// A run whose Trace would need more than `memory_budget` bytes keeps the residual stream, keys, values
    /// and logits only. All runs together hold little more: values that nobody looks at are dropped and
    /// computed again when they are wanted.
    explicit Engine(std::size_t memory_budget = std::size_t{1} << 30) : memory_budget_(memory_budget) {}

    /// Carries out a command, or keeps it waiting until the text is computed that it needs. Never throws:
    /// what went wrong becomes the snapshot's message, and the state stays as it was.
    void apply(const SessionCommand& command);

    /// Does one slice of work (a piece of the prompt, or one token while playing) if it is due. `now` counts
    /// seconds from any origin, always the same.
    void tick(double now);

    /// Time at which tick() has something to do, on the clock of its `now`: -infinity means at once, infinity
    /// not until the next command.
    double due_time() const;

    /// Fills `out`, which may hold an older snapshot, with the present state.
    void publish(Snapshot& out);

  private:
    /// Everything that undo brings back. Branches are shared between states: they only ever grow, by tokens
    /// that were drawn.
    struct State {
        std::shared_ptr<const Model> model;
        std::string model_path, tokenizer_path, prompt, source;
        std::vector<std::string> ignored_keys; ///< of the model's config.json
        std::shared_ptr<Branch> source_run;    ///< the encoder's run, complete; null for other models
        TextTree text;
        EditDesk edits;
        RunSetup setup; ///< of the text's run; its edits are EditDesk's
        std::vector<std::shared_ptr<ComparedRun>> compared;
        bool each_draws = false;                 ///< compared runs draw tokens of their own
        std::optional<GradientTarget> gradients; ///< what they are wanted of; null: none are
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
    void run(const command::UseDraw&);
    void run(const command::ForceToken&);
    void run(const command::SelectBranch&);
    void run(const command::ViewLayer&);
    void run(const command::SetTraceBudget&);
    void run(const command::ApplyEdit&);
    void run(const command::SetGradients&);
    void run(const command::EditCell&);
    void run(const command::RemoveEdit&);
    void run(const command::SwitchCells&);
    void run(const command::RemoveEdits&);
    void run(const command::UseEdits&);
    void run(const command::SetSetup&);
    void run(const command::SetMasks&);
    void run(const command::PaintMask&);
    void run(const command::FindMaskEffects&);
    void run(const command::FindPartEffects&);
    void run(const command::RestoreText&);
    void run(const command::SaveState&);
    void run(const command::AddRun&);
    void run(const command::RemoveRun&);
    void run(const command::DrawEach&);
    void run(const command::Probe&);
    void run(const command::SetWatch&);
    void run(const command::RemoveWatch&);
    void run(const command::RunUntil&);
    void run(const command::StudyPositions&);
    void run(const command::StudyRouting&);
    void run(const command::Undo&);
    void run(const command::Redo&);

    void carry_out(const SessionCommand& command);
    void carry_out_waiting();
    bool is_working() const;
    void travel(void (History<State>::*way)(State&));

    // The text.
    Branch& current() { return state_.text.current(); }
    const Branch& current() const { return state_.text.current(); }
    bool has_run() const { return !state_.text.empty(); }
    bool text_is_pending() const {
        return has_run() && (recomputed_ || !current().is_complete() || donor_behind());
    }
    int max_tokens() const;
    void require_run(const char* command_name) const;
    std::shared_ptr<const Trace> source_trace() const {
        return state_.source_run ? state_.source_run->trace() : nullptr;
    }
    /// Calls f(context) with what the text is computed with.
    template <class F>
    auto with_context(F f) const {
        const std::shared_ptr<const Trace> source = source_trace();
        return f(RunContext{*state_.model, Stack::decoder, source, active_edits_[Run::k_text], memory_budget_,
                            state_.setup});
    }
    /// The text (Run::k_text) or the source that it reads.
    RunView view_of(int run) const;
    /// The run that a command names by its name, or by the stack that the name of a site begins with.
    int run_named(const std::string& run, const std::string& site) const;

    // Messages and undo.
    NoticeDesk::Condition while_text_stands() const;
    void mark_undoable() { undoable_ = true; }
    void settle_memory();

    // Models, prompts and sources.
    void begin_text(const std::vector<int>& prompt);
    void note_reduced(bool was_reduced);
    std::shared_ptr<Branch> read_source(const Model& model, const std::string& text) const;

    // Playback and branches.
    void play_token(double now);
    void play_steps();
    bool show_next_token();
    void stop_where_watched();
    DrawKey next_draw_key() const;
    void go_to_drawn(int at, const DrawKey& key);
    void require_replaceable(const char* command_name, int position) const;

    // Edits.
    void change_edits(int run, std::vector<RunEdit> edits, bool on);
    void apply_edit(const EditSpec& spec);
    void fix_open_ends(int run, RunEdit& edit) const;
    void check_edit_of(int run, const RunEdit& edit) const;
    void forget_edits(int run);
    void drop_unedited_run();
    void bring_up_to_date();
    void bring_source_up_to_date();
    void compute_slice();

    // Donors of edits.
    DonorText donor_text(int run, const DonorSpec& spec) const;
    std::shared_ptr<Donor> find_donor(int run, const DonorSpec& spec) const;
    void resolve_edits();
    Donor* donor_behind() const;

    // The layer in view.
    /// The run that the wanted layer belongs to.
    int layer_run() const { return state_.source_run ? layer_.run() : Run::k_text; }
    void update_layer() { layer_.update(has_run() ? view_of(layer_run()).trace : nullptr, memory_budget_); }
    bool layer_is_behind() const { return has_run() && layer_.is_behind(view_of(layer_run()).rows); }

    // Gradients.
    void update_gradients();
    /// Whether they are the next work to be done: a text that grows has its tokens computed first.
    bool gradients_are_due() const;
    void compute_gradients();

    // The probe text: as the gradients it waits for the text.
    void compute_probe();
    bool probe_is_due() const { return probe_.is_behind() && playback_.steps_left() == 0; }

    // Studies of positions and of routing wait for all else.
    void update_studies();
    std::vector<PositionDesk::Subject> subjects_of_study() const;
    void carry_on_studies();
    bool study_is_due() const {
        return (order_.is_behind() || positions_.is_behind() || routing_.is_behind()) &&
               playback_.steps_left() == 0;
    }
    // Masks.
    void change_setup(RunSetup setup);
    void update_mask_effects();
    /// As the probe text, the runs under other masks wait for the text.
    bool mask_effects_are_due() const { return mask_effects_.is_behind() && playback_.steps_left() == 0; }
    void compute_mask_effects();

    // What parts do: as the runs under other masks.
    void update_part_effects();
    bool part_effects_are_due() const { return part_effects_.is_behind() && playback_.steps_left() == 0; }
    void compute_part_effects();

    // A text whose rows depend on later tokens.
    const Branch& shown_text() const;
    void update_shown_part();
    void note_changed_rows(const Branch& shown);
    void update_views();

    // Compared runs.
    void follow_text();
    ComparedRun* compared_behind() const;

    /// The commands that bring the state back.
    std::vector<SessionCommand> saved_state() const;

    // Publishing.
    Run publish_text();
    Run publish_source() const;
    void publish_jobs(Snapshot& out) const;

    static constexpr std::size_t k_max_undo_steps = 100;

    State state_;
    History<State> history_{k_max_undo_steps};
    std::array<std::vector<Edit>, 2> active_edits_; ///< those that count now, of the text and of the source
    Playback playback_;
    LayerDesk layer_;
    GradientDesk gradients_;
    ProbeDesk probe_;
    PositionDesk positions_;
    RoutingDesk routing_;
    OrderDesk order_;
    std::optional<MaskQuestions> mask_questions_; ///< none: nobody asks what masks do
    MaskEffects mask_effects_;
    int part_effects_row_ = -1; ///< -1: nobody asks what parts do
    PartEffects part_effects_;
    WaitingRoom waiting_;
    WatchDesk watches_;
    std::shared_ptr<Branch> shown_part_; ///< the tokens shown of part_of_; null: all of them are
    std::shared_ptr<const Trace> part_of_, published_trace_;
    int published_rows_ = 0;
    std::shared_ptr<const std::vector<bool>> changed_rows_; ///< as Run::changed
    std::shared_ptr<Branch> recomputed_; ///< the branch in view, being computed with the edits that hold now
    std::size_t memory_budget_;          ///< bytes
    int last_run_id_ = Run::k_source;    ///< of the runs compared so far
    std::size_t memory_used_ = 0;        ///< by all runs, as of the last count
    bool undoable_ = false;              ///< undo takes back the command at work
    bool sampling_drag_ = false;         ///< successive moves of a sampling slider are undone together
    NoticeDesk notices_;
    bool work_failed_ = false; ///< what is to be computed failed; it rests until the next command
    std::uint64_t version_ = 0, n_applied_ = 0;
};

} // namespace gf
