// Carrying out commands, slices of work, publishing. The other files of the engine are listed in engine.h.

#include "session/engine.h"

#include "core/site_names.h"
#include "platform/error.h"
#include "session/commands/visit_command.h"
#include "session/ledger.h"

#include <algorithm>
#include <utility>

namespace gf {

void Engine::apply(const SessionCommand& command) {
    ++n_applied_;
    work_failed_ = false; // each command tries once again
    if (!waiting_.keeps(command, text_is_pending())) carry_out(command);
}

void Engine::carry_out(const SessionCommand& command) {
    State before = state_;
    const bool was_playing = playback_.is_playing();
    undoable_ = false;
    const std::uint64_t n_notices = notices_.number();
    try {
        visit_command(command, [this](const auto& c) -> decltype(run(c)) { return run(c); });
        bring_up_to_date();
        update_views();
    } catch (const std::exception& e) {
        state_ = std::move(before);
        if (was_playing) playback_.play();
        notices_.refuse(e.what(), name_of(command), while_text_stands());
        bring_up_to_date(); // a computation that was under way goes on
        update_views();
        return;
    }
    if (!std::holds_alternative<command::SetSampling>(command)) sampling_drag_ = false;
    if (undoable_) history_.note(std::move(before));
    if (notices_.number() == n_notices) notices_.succeed(name_of(command));
    settle_memory();
}

/// To be called after everything that can change the text or what is wanted of it.
void Engine::update_views() {
    follow_text();
    update_shown_part();
    update_layer();
    update_gradients();
    probe_.update(state_.model, memory_budget_);
    if (state_.model) watches_.follow(state_.model->weights);
    update_studies();
    update_mask_effects();
    update_part_effects();
}

void Engine::run(const command::Probe& c) {
    require_run("probe");
    if (c.on)
        probe_.want(*state_.model, c.text);
    else
        probe_.want_none();
}

void Engine::compute_probe() {
    probe_.compute_slice();
    if (!probe_.is_behind()) settle_memory();
}

void Engine::carry_out_waiting() {
    while (!waiting_.empty() && !text_is_pending()) carry_out(waiting_.take_first());
}

void Engine::run(const command::Undo&) {
    if (history_.can_undo()) travel(&History<State>::undo);
}

void Engine::run(const command::Redo&) {
    if (history_.can_redo()) travel(&History<State>::redo);
}

void Engine::travel(void (History<State>::*way)(State&)) {
    playback_.stop();
    recomputed_.reset();
    (history_.*way)(state_);
}

void Engine::run(const command::ViewLayer& c) {
    layer_.want(c.layer, has_run() ? run_named(c.run, "") : Run::k_text);
}

void Engine::run(const command::SetTraceBudget& c) {
    if (!(c.megabytes >= 1 && c.megabytes <= 1e6))
        throw Error({"trace budget", "1 to 1000000 MB", std::to_string(c.megabytes), ""});
    memory_budget_ = static_cast<std::size_t>(c.megabytes * 1048576);
}

/// Counts the memory of all states, and drops the values of runs that were in view longest ago.
void Engine::settle_memory() {
    if (!has_run()) return;
    Ledger ledger;
    ledger.add_kept(state_.text.shared_current());
    ledger.add_kept(state_.source_run);
    ledger.add_kept(recomputed_);
    const auto for_each_donor = [](const State& s, auto f) {
        for (const int run : {Run::k_text, Run::k_source})
            for (const RunEdit& edit : *s.edits.of(run))
                if (edit.donor) f(edit.donor->run()), f(edit.donor->source());
    };
    if (state_.edits.are_on()) for_each_donor(state_, [&](const auto& b) { ledger.add_kept(b); });
    ledger.add_fixed(layer_.bytes() + (shown_part_ ? shown_part_->bytes() : 0));
    ledger.add_fixed(gradients_.bytes() + probe_.bytes() + positions_.bytes() + routing_.bytes() +
                     mask_effects_.bytes() + part_effects_.bytes());
    for (const auto& run : state_.compared) ledger.add_fixed(run->bytes());
    const auto add_texts = [&](const State& s) {
        for (const auto& branch : s.text.branches()) ledger.add(branch);
    };
    history_.for_each(add_texts);
    add_texts(state_);
    // A text holds on to the source that it read and to the donors of its edits, so that dropping those first
    // would save nothing.
    history_.for_each([&](const State& s) { ledger.add(s.source_run); });
    const auto add_donors = [&](const State& s) { for_each_donor(s, [&](const auto& b) { ledger.add(b); }); };
    history_.for_each(add_donors);
    add_donors(state_);
    ledger.settle(memory_budget_);
    memory_used_ = ledger.bytes();
}

/// True until another text begins, whether by a prompt, by a model or by undo.
NoticeDesk::Condition Engine::while_text_stands() const {
    const auto root = [this] { return has_run() ? &state_.text.root() : nullptr; };
    return [root, then = root()] { return root() == then; };
}

RunView Engine::view_of(int run) const {
    const Branch& b = run == Run::k_source && state_.source_run ? *state_.source_run : shown_text();
    return {.trace = b.trace(), .rows = b.rows()};
}

int Engine::run_named(const std::string& run, const std::string& site) const {
    const bool has_source = state_.source_run != nullptr;
    if (run.empty())
        return has_source && split_stack(*state_.model->weights, site).stack == Stack::encoder ? Run::k_source
                                                                                               : Run::k_text;
    if (run == "text") return Run::k_text;
    if (run == "source" && has_source) return Run::k_source;
    throw Error({"run", has_source ? "'text' or 'source'" : "'text', the only run", "'" + run + "'", ""});
}

void Engine::require_run(const char* command_name) const {
    if (!has_run()) throw Error({command_name, "an open model", "none", "open a file first"});
}

void Engine::tick(double now) {
    if (now < due_time()) return;
    try {
        // A layer that was complete before this slice is complete after it, so that it stays in view.
        const bool layer_was_complete = has_run() && layer_.exists() && !layer_is_behind();
        if (text_is_pending())
            compute_slice();
        else if (layer_is_behind())
            layer_.compute_slice(view_of(layer_run()).rows);
        else if (ComparedRun* run = compared_behind())
            run->compute_slice();
        else if (playback_.steps_left() > 0)
            play_steps();
        else if (playback_.is_playing() && now >= playback_.due_time())
            play_token(now);
        else if (gradients_.is_behind())
            compute_gradients();
        else if (probe_.is_behind())
            compute_probe();
        else if (mask_effects_.is_behind())
            compute_mask_effects();
        else if (part_effects_.is_behind())
            compute_part_effects();
        else if (study_is_due())
            carry_on_studies();
        update_views();
        if (layer_was_complete && layer_is_behind()) layer_.compute_slice(view_of(layer_run()).rows);
        notices_.succeed(NoticeDesk::k_work);
        carry_out_waiting();
    } catch (const std::exception& e) {
        playback_.stop();
        work_failed_ = true;
        notices_.refuse(e.what(), NoticeDesk::k_work, while_text_stands());
    }
}

/// Whether something is to be computed at once; tokens that are drawn while playing are not.
bool Engine::is_working() const {
    return text_is_pending() || layer_is_behind() || compared_behind() || !waiting_.empty() ||
           gradients_are_due() || probe_is_due() || study_is_due() || mask_effects_are_due() ||
           part_effects_are_due();
}

double Engine::due_time() const {
    if (work_failed_) return Playback::k_never;
    if (is_working()) return Playback::k_at_once;
    return playback_.due_time();
}

/// Computes the next rows of the text. When a computation with other edits is complete, it becomes the branch
/// in view.
void Engine::compute_slice() {
    if (Donor* donor = donor_behind()) return donor->compute_slice();
    Branch& b = recomputed_ ? *recomputed_ : current();
    b.compute_slice();
    if (!recomputed_ || !b.is_complete()) return;
    state_.text.replace_current(std::move(*std::exchange(recomputed_, nullptr)));
    settle_memory();
}

Run Engine::publish_text() {
    const Branch &b = current(), &shown = shown_text();
    note_changed_rows(shown);
    return {.model = state_.model,
            .trace = shown.trace(),
            .origins = b.origins(),
            .rows = shown.rows(),
            .shown = std::min(state_.text.cursor, shown.rows()),
            .rows_wanted = b.n_tokens(),
            .reads = state_.source_run ? Run::k_source : -1,
            .edits = state_.edits.of(Run::k_text),
            .changed = changed_rows_};
}

Run Engine::publish_source() const {
    const Branch& b = *state_.source_run;
    return {.id = Run::k_source,
            .role = RunRole::source,
            .name = "source",
            .model = state_.model,
            .trace = b.trace(),
            .origins = b.origins(),
            .rows = b.rows(),
            .shown = b.rows(),
            .rows_wanted = b.n_tokens(),
            .read_by = Run::k_text,
            .edits = state_.edits.of(Run::k_source)};
}

void Engine::publish_jobs(Snapshot& out) const {
    out.jobs.clear();
    if (!has_run()) return;
    if (layer_is_behind()) {
        out.jobs.push_back({"computing the layer in view", layer_.rows(), view_of(layer_run()).rows});
    }
    if (gradients_.is_behind() && !text_is_pending())
        out.jobs.push_back({"computing gradients", gradients_.n_done(), gradients_.n_layers(), "layers"});
    if (probe_.is_behind() && !text_is_pending())
        out.jobs.push_back({"computing the probe text", probe_.rows(), probe_.n_tokens()});
    if (mask_effects_.is_behind() && !text_is_pending())
        out.jobs.push_back(
            {"computing other masks", mask_effects_.n_done(), mask_effects_.n_tasks(), "runs"});
    if (part_effects_.is_behind() && !text_is_pending())
        out.jobs.push_back({"switching parts off", part_effects_.n_done(), part_effects_.n_parts(), "parts"});
    if (order_.is_behind() && !text_is_pending())
        out.jobs.push_back({"computing the other order", order_.n_done(), order_.n_in_all(), "models"});
    else if (positions_.is_behind() && !text_is_pending())
        out.jobs.push_back({"reading Tinyville", positions_.n_done(), positions_.n_in_all(), "texts"});
    else if (routing_.is_behind() && !text_is_pending())
        out.jobs.push_back({"reading Tinyville", routing_.n_done(), routing_.n_in_all(), "texts"});
    if (const ComparedRun* run = compared_behind())
        out.jobs.push_back({"computing what is compared", run->rows(), run->n_tokens()});
    const int n = current().n_tokens();
    if (const Donor* donor = donor_behind())
        out.jobs.push_back({"computing a donor", donor->rows(), donor->n_tokens()});
    if (recomputed_)
        out.jobs.push_back({"computing again", recomputed_->rows(), n});
    else if (!current().is_complete())
        out.jobs.push_back({"reading", current().rows(), n});
}

void Engine::publish(Snapshot& out) {
    out.version = ++version_;
    out.model = state_.model;
    out.model_path = state_.model_path;
    out.tokenizer_path = state_.tokenizer_path;
    out.ignored_keys = state_.ignored_keys;
    out.prompt = state_.prompt;
    out.source = state_.source;
    out.tree.clear();
    out.runs.clear();
    out.branch = state_.text.current_index();
    if (has_run()) {
        for (const auto& b : state_.text.branches()) out.tree.push_back(b->view());
        out.runs.push_back(publish_text());
        if (state_.source_run) out.runs.push_back(publish_source());
        for (Run& run : out.runs) gradients_.show(run);
        for (const auto& run : state_.compared) run->publish(out.runs);
        for (Run& run : out.runs)
            if (run.id == layer_run()) layer_.show(run);
        out.next_draw = next_draw_key();
    }
    publish_jobs(out);
    probe_.publish(out.probe);
    out.watches = watches_.list();
    out.positions = positions_.study();
    out.routing = routing_.study();
    out.order_effect = order_.effect();
    out.mask_questions = mask_questions_;
    out.mask_findings = mask_effects_.found();
    out.part_findings = part_effects_.found();
    out.memory_used = memory_used_;
    out.memory_budget = memory_budget_;
    out.each_draws = state_.each_draws;
    out.edits_on = state_.edits.are_on();
    out.gradient_target = state_.gradients;
    out.chain = state_.chain;
    out.seed = state_.seed;
    out.playing = playback_.is_playing();
    out.tokens_per_s_limit = playback_.limit();
    out.tokens_per_s = playback_.tokens_per_s();
    out.can_undo = history_.can_undo();
    out.can_redo = history_.can_redo();
    out.n_applied = n_applied_;
    out.is_settled = work_failed_ || (!is_working() && playback_.steps_left() == 0);
    notices_.publish(out);
}

} // namespace gf
