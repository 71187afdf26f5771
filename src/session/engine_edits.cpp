// Edits, and runs that are computed again with them.

#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gf {
namespace {

CellRange range_of(const CellRef& cell) {
    const int head = std::max(cell.head, 0);
    return {cell.site, cell.layer, cell.row, cell.row + 1, head, head + 1, cell.column, cell.column + 1};
}

/// The cell that a command names.
/// @throws Error when it does not exist, or is none that an edit can change
CellRange editable_cell(const RunView& run, const CellAddress& address) {
    const CellRef cell = find_cell(run, address);
    const auto refuse = [&](const char* expected, const std::string& found, const char* remedy) {
        throw Error({"edit of " + address.name, expected, found, remedy});
    };
    if (cell.param >= 0) refuse("a site", "a parameter", "edit what is computed from it");
    const SiteRow& site = site_row(cell.site);
    if (!site.editable) refuse("an editable site", std::string(site.not_editable_because), "");
    if (!run.values({cell.site, cell.layer}).visible(cell.head, cell.row, cell.column))
        refuse("a key that the query may read",
               "query " + std::to_string(cell.row) + ", key " + std::to_string(cell.column), "");
    return range_of(cell);
}

} // namespace

/// Makes these the edits of a run, and switches all edits on or off, as a step that can be undone.
void Engine::change_edits(int run, std::vector<Edit> edits, bool on) {
    if (!state_.edits.change(run, std::move(edits), on)) return;
    mark_undoable();
    playback_.stop();
}

void Engine::forget_edits(int run) {
    if (!state_.edits.empty(run))
        set_message("The edits of the text before are gone; undo brings them back.");
    state_.edits.change(run, {}, state_.edits.are_on());
}

void Engine::run(const command::EditCell& c) {
    require_run("edit");
    const auto value = static_cast<real>(c.value);
    if (!std::isfinite(value))
        throw Error({"edit of " + c.cell.name, "a finite number", std::to_string(c.value), ""});
    const int run = run_named(c.cell.run, c.cell.name);
    const CellRange cell = editable_cell(view_of(run), c.cell);
    change_edits(run, state_.edits.with(run, {cell, Edit::Kind::values, {value}, nullptr}), true);
}

void Engine::run(const command::RemoveEdit& c) {
    require_run("edit");
    const int run = run_named(c.cell.run, c.cell.name);
    const CellRange cell = range_of(find_cell(view_of(run), c.cell));
    change_edits(run, state_.edits.without(run, cell), state_.edits.are_on());
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
    const RunContext context{*state_.model, Stack::encoder, none, state_.edits.active(Run::k_source),
                             memory_budget_};
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
