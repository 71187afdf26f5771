// Edits of single cells, and the run that is computed again with them.

#include "core/passes/forward.h"
#include "core/site_names.h"
#include "platform/error.h"
#include "session/engine.h"
#include "session/find_cell.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace gf {
namespace {

CellRange range_of(const CellRef& cell) {
    const int head = std::max(cell.head, 0);
    return {cell.site, cell.layer, cell.row, cell.row + 1, head, head + 1, cell.column, cell.column + 1};
}

/// The cell that a command names.
/// @throws Error when it does not exist, or is none that an edit can change
CellRange editable_cell(const RunView& run, const std::string& name, int head, int row, int column) {
    const CellRef cell = find_cell(*run.trace, run.rows, name, head, row, column);
    const auto refuse = [&](const char* expected, const std::string& found, const char* remedy) {
        throw Error({"edit of " + name, expected, found, remedy});
    };
    if (cell.param >= 0) refuse("a site", "a parameter", "edit what is computed from it");
    const SiteRow& site = site_row(cell.site);
    if (!site.editable) refuse("an editable site", std::string(site.not_editable_because), "");
    if (has_key_axis(cell.site) && !run.trace->keys(cell.site, row).holds(column))
        refuse("a key that the query may read",
               "query " + std::to_string(row) + ", key " + std::to_string(column), "");
    return range_of(cell);
}

/// The first row of the text that an edit can change. Rows of the source are read by every row of the text.
int first_affected_row(const Edit& edit) {
    return row_axis(edit.range.site) == Axis::source ? 0 : edit.range.row_begin;
}

/// The first row that can differ between runs with these edits. The rows before it are the same.
int first_differing_row(const std::vector<Edit>& a, const std::vector<Edit>& b) {
    int first = std::numeric_limits<int>::max();
    const auto look_for_missing = [&](const std::vector<Edit>& some, const std::vector<Edit>& others) {
        for (const Edit& edit : some)
            if (std::find(others.begin(), others.end(), edit) == others.end())
                first = std::min(first, first_affected_row(edit));
    };
    look_for_missing(a, b);
    look_for_missing(b, a);
    return first;
}

} // namespace

Engine::SharedEdits Engine::no_edits() {
    static const SharedEdits none = std::make_shared<const std::vector<Edit>>();
    return none;
}

/// The text's edits that hold now, without those of rows beyond this capacity: a branch may be shorter.
std::vector<Edit> Engine::active_edits(int capacity) const {
    std::vector<Edit> within;
    if (state_.edits_on)
        std::copy_if(state_.edits->begin(), state_.edits->end(), std::back_inserter(within),
                     [capacity](const Edit& e) { return first_affected_row(e) < capacity; });
    return within;
}

/// Stack whose run has the site: Stack::encoder only for the encoder beside a decoder.
Stack Engine::stack_of_site(const std::string& name) const {
    const bool of_encoder =
        state_.source_run.trace && split_stack(*state_.model->weights, name).stack == Stack::encoder;
    return of_encoder ? Stack::encoder : Stack::decoder;
}

/// Makes these the edits of a stack, and switches all edits on or off, as a step that can be undone.
void Engine::change_edits(std::vector<Edit> edits, Stack stack, bool on) {
    SharedEdits& before = edits_of(stack);
    if (edits == *before && on == state_.edits_on) return;
    mark_undoable();
    playing_ = false;
    before = std::make_shared<const std::vector<Edit>>(std::move(edits));
    state_.edits_on = on;
}

void Engine::forget_edits(SharedEdits& edits) {
    if (!edits->empty()) set_message("The edits of the text before are gone; undo brings them back.");
    edits = no_edits();
}

void Engine::run(const command::EditCell& c) {
    require_run("edit");
    finish_pending_rows();
    const auto value = static_cast<real>(c.value);
    if (!std::isfinite(value))
        throw Error({"edit of " + c.name, "a finite number", std::to_string(c.value), ""});
    const Stack stack = stack_of_site(c.name);
    const CellRange cell = editable_cell(run_of(stack), c.name, c.head, c.row, c.column);
    std::vector<Edit> edits = *edits_of(stack);
    const auto same =
        std::find_if(edits.begin(), edits.end(), [&](const Edit& e) { return e.range == cell; });
    const Edit edit{cell, Edit::Kind::values, {value}, nullptr};
    if (same == edits.end())
        edits.push_back(edit);
    else
        *same = edit;
    change_edits(std::move(edits), stack, true);
}

void Engine::run(const command::RemoveEdit& c) {
    require_run("edit");
    finish_pending_rows();
    const Stack stack = stack_of_site(c.name);
    const RunView run = run_of(stack);
    const CellRange cell = range_of(find_cell(*run.trace, run.rows, c.name, c.head, c.row, c.column));
    std::vector<Edit> edits = *edits_of(stack);
    std::erase_if(edits, [&](const Edit& e) { return e.range == cell; });
    change_edits(std::move(edits), stack, state_.edits_on);
}

void Engine::run(const command::RemoveEdits&) {
    require_run("edit");
    finish_pending_rows();
    change_edits({}, Stack::decoder, true);
    change_edits({}, Stack::encoder, true);
}

void Engine::run(const command::UseEdits& c) {
    require_run("edit");
    finish_pending_rows();
    change_edits(*state_.edits, Stack::decoder, c.on);
}

/// Computes the encoder's run again if its edits changed: all of it at once, as when it was read.
void Engine::apply_source_edits() {
    const RunView& run = state_.source_run;
    if (!run.trace) return;
    const std::vector<Edit>& edits = state_.edits_on ? *state_.source_edits : *no_edits();
    if (edits == run.trace->edits()) return;
    auto recomputed = std::make_shared<Trace>(run.trace->shared_weights(), run.trace->shape(),
                                              run.trace->setup().with_edits(edits));
    extend(*recomputed, {run.trace->tokens(), static_cast<std::size_t>(run.rows)});
    state_.source_run.trace = std::move(recomputed);
}

/// Begins to compute the branch in view again if the edits or the source changed: with a new Trace of the
/// same tokens, which takes over the rows before the change (none if the source changed). The old Trace stays
/// in view until the new one is complete. States to undo share the branch, so its old Trace is not kept but
/// computed again when it is wanted.
void Engine::apply_edits() {
    if (!has_run()) return;
    const Branch& b = current();
    std::vector<Edit> edits = active_edits(b.trace->capacity());
    apply_source_edits();
    const std::shared_ptr<const Trace>& source = state_.source_run.trace;
    const auto is_up_to_date = [&](const Trace& t) {
        return t.edits() == edits && t.source() == source.get();
    };
    if (is_up_to_date(*b.trace)) {
        recomputed_.reset();
        return;
    }
    if (recomputed_ && recomputed_->id == b.id && is_up_to_date(*recomputed_->trace)) return;
    const bool same_source = b.trace->source() == source.get();
    const bool from_start =
        b.trace->plan().looks_ahead() || b.trace->plan().needs_whole_segments() || !same_source;
    const int first = from_start ? 0 : std::min(first_differing_row(edits, b.trace->edits()), b.rows);
    auto recomputed = std::make_shared<Branch>(b);
    RunSetup setup = b.trace->setup().with_edits(std::move(edits));
    if (same_source)
        recomputed->trace = b.trace->branch(first, b.trace->capacity(), std::move(setup));
    else
        recomputed->trace =
            std::make_shared<Trace>(b.trace->shared_weights(), b.trace->shape(), std::move(setup), source);
    recomputed->trace->append(b.tokens(b.trace->n_tokens()).subspan(static_cast<std::size_t>(first)));
    recomputed->origins = std::make_shared<std::vector<TokenOrigin>>(*b.origins);
    recomputed->rows = first;
    recomputed_ = std::move(recomputed);
}

/// Computes the next rows of recomputed_. When it is complete it becomes the branch in view.
void Engine::recompute_slice() {
    compute_slice(*recomputed_);
    if (recomputed_->rows < recomputed_->trace->n_tokens()) return;
    current() = std::move(*std::exchange(recomputed_, nullptr));
}

} // namespace gf
