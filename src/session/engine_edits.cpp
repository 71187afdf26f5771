// Edits of single cells, and the run that is computed again with them.

#include "core/error.h"
#include "core/forward.h"
#include "core/site_names.h"
#include "session/engine.h"
#include "session/find_cell.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace gf {
namespace {

CellRange only(const CellRef& c) {
    const int head = std::max(c.head, 0);
    return {c.site, c.layer, c.row, c.row + 1, head, head + 1, c.column, c.column + 1};
}

/// The cell of a site, which must be one that an edit can change.
CellRange editable_cell(const RunView& run, const std::string& name, int head, int row, int column) {
    const CellRef cell = find_cell(*run.trace, run.rows, name, head, row, column);
    const auto refuse = [&](const char* expected, const std::string& found, const char* remedy) {
        throw Error({"edit of " + name, expected, found, remedy});
    };
    if (cell.param >= 0) refuse("a site", "a parameter", "edit what is computed from it");
    const SiteRow& site = site_row(cell.site);
    if (!site.editable) refuse("an editable site", std::string(site.not_editable_because), "");
    if (by_key(cell.site) && !run.trace->keys(cell.site, row).holds(column))
        refuse("a key that the query may read",
               "query " + std::to_string(row) + ", key " + std::to_string(column), "");
    return only(cell);
}

/// The first row of the text that an edit can change: what is edited of the source is read by all.
int first_row_of(const Edit& e) { return row_axis(e.range.site) == Axis::source ? 0 : e.range.row_begin; }

/// The first row that other edits can change: those before it are the same.
int first_changed(const std::vector<Edit>& a, const std::vector<Edit>& b) {
    int first = std::numeric_limits<int>::max();
    const auto not_in = [&](const std::vector<Edit>& some, const std::vector<Edit>& others) {
        for (const Edit& e : some)
            if (std::find(others.begin(), others.end(), e) == others.end())
                first = std::min(first, first_row_of(e));
    };
    not_in(a, b);
    not_in(b, a);
    return first;
}

} // namespace

std::shared_ptr<const std::vector<Edit>> Engine::no_edits() {
    static const auto none = std::make_shared<const std::vector<Edit>>();
    return none;
}

/// Those that count, of rows that a Trace of this capacity has. (Another branch may be shorter.)
std::vector<Edit> Engine::edits_within(int capacity) const {
    std::vector<Edit> within;
    if (state_.edits_on)
        std::copy_if(state_.edits->begin(), state_.edits->end(), std::back_inserter(within),
                     [capacity](const Edit& e) { return first_row_of(e) < capacity; });
    return within;
}

/// Whether it is a site of the encoder's run beside the text.
bool Engine::is_of_source(const std::string& name) const {
    return state_.source_run.trace && split_stack(*state_.model->weights, name).stack == Stack::encoder;
}

void Engine::change_edits(std::vector<Edit> edits, bool of_source, bool on) {
    auto& before = edits_of(of_source);
    if (edits == *before && on == state_.edits_on) return;
    remember();
    playing_ = false;
    before = std::make_shared<const std::vector<Edit>>(std::move(edits));
    state_.edits_on = on;
}

void Engine::forget_edits(std::shared_ptr<const std::vector<Edit>>& edits) {
    if (!edits->empty()) note("The edits of the text before are gone; undo brings them back.");
    edits = no_edits();
}

void Engine::run(const command::EditCell& c) {
    require_run("edit");
    compute_all();
    const auto value = static_cast<real>(c.value);
    if (!std::isfinite(value))
        throw Error({"edit of " + c.name, "a finite number", std::to_string(c.value), ""});
    const bool of_source = is_of_source(c.name);
    const CellRange cell =
        editable_cell(of_source ? state_.source_run : current().view(), c.name, c.head, c.row, c.column);
    std::vector<Edit> edits = *edits_of(of_source);
    const auto same =
        std::find_if(edits.begin(), edits.end(), [&](const Edit& e) { return e.range == cell; });
    const Edit edit{cell, Edit::Kind::values, {value}, nullptr};
    same == edits.end() ? edits.push_back(edit) : void(*same = edit);
    change_edits(std::move(edits), of_source, true);
}

void Engine::run(const command::RemoveEdit& c) {
    require_run("edit");
    compute_all();
    const bool of_source = is_of_source(c.name);
    const RunView run = of_source ? state_.source_run : current().view();
    const CellRange cell = only(find_cell(*run.trace, run.rows, c.name, c.head, c.row, c.column));
    std::vector<Edit> edits = *edits_of(of_source);
    std::erase_if(edits, [&](const Edit& e) { return e.range == cell; });
    change_edits(std::move(edits), of_source, state_.edits_on);
}

void Engine::run(const command::RemoveEdits&) {
    require_run("edit");
    compute_all();
    change_edits({}, false, true);
    change_edits({}, true, true);
}

void Engine::run(const command::UseEdits& c) {
    require_run("edit");
    compute_all();
    change_edits(*state_.edits, false, c.on);
}

/// The encoder's run with the edits that hold now: all of it at once, as when it was read.
void Engine::follow_source_edits() {
    const RunView& run = state_.source_run;
    if (!run.trace) return;
    const std::vector<Edit>& edits = state_.edits_on ? *state_.source_edits : *no_edits();
    if (edits == run.trace->edits()) return;
    auto again = std::make_shared<Trace>(run.trace->shared_weights(), run.trace->shape(), edits);
    extend(*again, {run.trace->tokens(), static_cast<std::size_t>(run.rows)});
    state_.source_run.trace = std::move(again);
}

/// A changed edit gives a new Trace of the same tokens; the rows before it are taken over, unless the source
/// changed. What is in view stays as it was until all of it is there. States to undo share the branch: a
/// Trace of theirs is computed again when it is wanted, not kept.
void Engine::follow_edits() {
    if (!has_run()) return;
    const Branch& b = current();
    std::vector<Edit> edits = edits_within(b.trace->capacity());
    follow_source_edits();
    const std::shared_ptr<const Trace>& source = state_.source_run.trace;
    const auto is_up_to_date = [&](const Trace& t) {
        return t.edits() == edits && t.source() == source.get();
    };
    if (is_up_to_date(*b.trace)) return again_.reset();
    if (again_ && again_->id == b.id && is_up_to_date(*again_->trace)) return;
    const bool same_source = b.trace->source() == source.get();
    const bool whole = looks_ahead(b.trace->config().mask) || b.trace->config().pools() || !same_source;
    const int first = whole ? 0 : std::min(first_changed(edits, b.trace->edits()), b.rows);
    auto again = std::make_shared<Branch>(b);
    if (same_source)
        again->trace = b.trace->branch(first, b.trace->capacity(), std::move(edits));
    else
        again->trace =
            std::make_shared<Trace>(b.trace->shared_weights(), b.trace->shape(), std::move(edits), source);
    again->trace->append(b.tokens(b.trace->n_tokens()).subspan(static_cast<std::size_t>(first)));
    again->origins = std::make_shared<std::vector<TokenOrigin>>(*b.origins);
    again->rows = first;
    again_ = std::move(again);
}

void Engine::compute_again_piece() {
    read_piece(*again_);
    if (again_->rows < again_->trace->n_tokens()) return;
    current() = std::move(*std::exchange(again_, nullptr));
}

/// Before something is done that goes on from the run: the prompt is read, and the edits that hold now count.
void Engine::compute_all() {
    while (again_) compute_again_piece();
    while (reading_prompt()) read_prompt_piece();
}

} // namespace gf
