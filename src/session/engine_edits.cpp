// Edits, and runs that are computed again with them.

#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <utility>

namespace gf {
namespace {

/// The edit that replaces the value of a cell that is computed.
/// @throws Error when the cell does not exist, or is none that an edit can change
EditSpec edit_of_cell(const RunView& run, const command::EditCell& c) {
    const CellRef cell = find_cell(run, c.cell);
    const auto refuse = [&](const char* expected, const std::string& found, const char* remedy) {
        throw Error({"edit of " + c.cell.name, expected, found, remedy});
    };
    if (cell.param >= 0) refuse("a site", "a parameter", "edit what is computed from it");
    const SiteRow& site = site_row(cell.site);
    if (!site.editable) refuse("an editable site", std::string(site.not_editable_because), "");
    if (!run.values({cell.site, cell.layer}).visible(cell.head, cell.row, cell.column))
        refuse("a key that the query may read",
               "query " + std::to_string(cell.row) + ", key " + std::to_string(cell.column), "");
    CellsSpec cells{.site = c.cell.name, .run = c.cell.run};
    cells.rows = {cell.row, cell.row + 1};
    if (cell.head >= 0) cells.heads = {cell.head, cell.head + 1};
    cells.columns = {cell.column, cell.column + 1};
    return {.cells = std::move(cells), .kind = Edit::Kind::values, .values = {c.value}};
}

constexpr const char* k_unedited = "unedited"; ///< name of the run beside one whose cells were switched off

} // namespace

/// Makes these the edits of a run, and switches all edits on or off, as a step that can be undone.
void Engine::change_edits(int run, std::vector<RunEdit> edits, bool on) {
    if (!state_.edits.change(run, std::move(edits), on)) return;
    drop_unedited_run();
    mark_undoable();
    playback_.stop();
}

void Engine::forget_edits(int run) {
    if (!state_.edits.empty(run))
        notices_.note("The edits of the text before are gone; undo brings them back.",
                      [this, run] { return state_.edits.empty(run) && history_.can_undo(); });
    state_.edits.change(run, {}, state_.edits.are_on());
    drop_unedited_run();
    resolve_edits();
}

/// Where nothing is edited, the run that stands beside the edited one has done its work.
void Engine::drop_unedited_run() {
    if (state_.edits.empty(Run::k_text) && state_.edits.empty(Run::k_source))
        std::erase_if(state_.compared, [](const auto& run) { return run->name() == k_unedited; });
}

/// Gives the open ends of an edit that has a value for each cell the ends that they have now: the text may
/// grow.
void Engine::fix_open_ends(int run, RunEdit& edit) const {
    CellRange& range = edit.range;
    if (edit.spec.kind == Edit::Kind::donor || edit.spec.values.size() < 2) return;
    const Trace& trace = *view_of(run).trace;
    if (range.row_end < 0) {
        range.row_end = trace.n_rows(range.site);
        edit.spec.cells.rows = {range.row_begin, range.row_end};
    }
    if (range.column_end < 0) { // keys
        range.column_end = has_source_keys(range.site) ? trace.n_keys(range.site) : trace.n_tokens();
        edit.spec.cells.columns = {range.column_begin, range.column_end};
    }
}

/// Checks an edit against the longest text that there can be.
void Engine::check_edit_of(int run, const RunEdit& edit) const {
    const Site site = edit.range.site;
    const Trace& trace = *view_of(run).trace;
    const int n_tokens = run == Run::k_text ? max_tokens() : trace.capacity();
    const int rows = row_axis(site) == Axis::pos ? n_tokens : trace.row_capacity(site);
    const int n_keys = has_source_keys(site) ? trace.n_keys(site) : n_tokens;
    check_edit(make_edit(edit.spec, edit.range, edit.donor ? edit.donor->trace() : nullptr), trace.config(),
               rows, site_width(trace.config(), site, n_keys) / site_heads(trace.config(), site));
}

void Engine::apply_edit(const EditSpec& spec) {
    const int run = run_named(spec.cells.run, spec.cells.site);
    RunEdit edit{spec, find_cells(*state_.model->weights, view_of(run).trace->shape().stack, spec.cells)};
    if (spec.kind == Edit::Kind::donor) edit.donor = find_donor(run, spec.donor);
    fix_open_ends(run, edit);
    check_edit_of(run, edit);
    change_edits(run, state_.edits.with(run, edit), true);
}

void Engine::run(const command::ApplyEdit& c) {
    require_run("edit");
    apply_edit(c.edit);
}

void Engine::run(const command::EditCell& c) {
    require_run("edit");
    apply_edit(edit_of_cell(view_of(run_named(c.cell.run, c.cell.name)), c));
}

void Engine::run(const command::RemoveEdit& c) {
    require_run("edit");
    const int run = run_named(c.cells.run, c.cells.site);
    const CellRange cells = find_cells(*state_.model->weights, view_of(run).trace->shape().stack, c.cells);
    change_edits(run, state_.edits.without(run, cells), state_.edits.are_on());
}

void Engine::run(const command::SwitchCells& c) {
    require_run("switch");
    const int run = run_named(c.cells.run, c.cells.site);
    const CellRange cells = find_cells(*state_.model->weights, view_of(run).trace->shape().stack, c.cells);
    const std::vector<RunEdit>& edits = *state_.edits.of(run);
    const bool is_off = state_.edits.are_on() &&
                        std::any_of(edits.begin(), edits.end(),
                                    [&](const RunEdit& e) { return e.range == cells && is_switch(e.spec); });
    if (!is_off) {
        apply_edit({.cells = c.cells, .kind = Edit::Kind::scale, .scale = 0});
        if (state_.compared.empty()) this->run(command::AddRun{.setup = state_.setup, .name = k_unedited});
        return;
    }
    change_edits(run, state_.edits.without(run, cells), true);
}

void Engine::run(const command::RemoveEdits&) {
    require_run("edit");
    change_edits(Run::k_text, {}, true);
    change_edits(Run::k_source, {}, true);
}

void Engine::run(const command::UseEdits& c) {
    require_run("edit");
    change_edits(Run::k_text, *state_.edits.of(Run::k_text), c.on);
}

/// Computes the encoder's run again if its edits changed or its values were dropped: all of it at once, as
/// when it was read.
void Engine::bring_source_up_to_date() {
    std::shared_ptr<Branch>& run = state_.source_run;
    if (!run) return;
    const std::shared_ptr<const Trace> none;
    const RunContext context{*state_.model, Stack::encoder, none, active_edits_[Run::k_source],
                             memory_budget_};
    for (const RunEdit& edit : *state_.edits.of(Run::k_source))
        while (edit.donor && state_.edits.are_on() && !edit.donor->is_complete()) edit.donor->compute_slice();
    if (!run->trace())
        run->revive(context);
    else if (!run->is_up_to_date(context))
        run = run->recomputed(context);
    if (!run->is_complete()) run->compute_slice();
}

/// Begins to compute the branch in view again if its values were dropped, or the edits or the source changed.
/// The old values stay in view until the new ones are complete. States to undo share the branch, so its old
/// values are not kept but computed again when they are wanted.
void Engine::bring_up_to_date() {
    if (!has_run()) return;
    resolve_edits();
    bring_source_up_to_date();
    with_context([&](const RunContext& context) {
        Branch& b = current();
        if (!b.trace()) {
            recomputed_.reset();
            b.revive(context);
        } else if (b.is_up_to_date(context)) {
            recomputed_.reset();
        } else if (!recomputed_ || recomputed_->id != b.id || !recomputed_->is_up_to_date(context)) {
            recomputed_ = b.recomputed(context);
        }
    });
}

} // namespace gf
