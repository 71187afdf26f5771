#include "app/shell/selection_control.h"

#include "app/view/operations.h"
#include "app/view/view.h"

#include "core/name_matching.h"
#include "core/site_names.h"
#include "platform/error.h"

#include <algorithm>

namespace gf::ui {

const Run& SelectionControl::run_in_view(const Snapshot& s) {
    const Run* run = s.model == pinned_model_ ? s.find_run(selection_.run) : nullptr;
    if (!run) run = &s.text();
    selection_.run = run->id;
    return *run;
}

void SelectionControl::run(const command::PinCell& pinned) {
    const CellAddress& address = pinned.cell;
    selection_.pinned_cell.reset();
    CellAddress cell = address;
    cell.name = name_in_view(address.name, address.run);
    const Snapshot& s = session_.latest();
    if (cell.name.empty() || !s.has_run()) return;
    const Run& run = run_in_view(s);
    selection_.pinned_cell = find_cell(run.view(), cell);
    selection_.pinned_cell->run = run.id;
}

void SelectionControl::run(const command::Inspect& inspected) {
    const std::string name = name_in_view(inspected.name);
    const Snapshot& s = session_.latest();
    if (!name.empty() && s.has_run() && !s.model->weights->find(name)) {
        const Run& run = run_in_view(s);
        const SiteRef site = find_site(run.config(), name);
        if (!run.trace->kept(site.site, site.layer) && site.layer >= 0)
            selection_.pinned_head.layer = site.layer; // the session then computes this layer again
    }
    selection_.inspected = name;
}

void SelectionControl::run(const command::SelectOperation& operation) {
    if (const auto of_sampling = find_sampling_operation(operation.name)) {
        selection_.operation = of_sampling;
        selection_.inspected = operation_name({of_sampling->site});
        return;
    }
    const std::string name = name_in_view(operation.name);
    const Snapshot& s = session_.latest();
    if (name.empty() || !s.has_run()) {
        selection_.operation.reset();
        selection_.inspected.clear();
        return;
    }
    const Operation found = find_site_operation(run_in_view(s).config(), name);
    selection_.operation = found;
    selection_.inspected = operation_name({found.site});
    if (found.site.layer >= 0) selection_.pinned_head.layer = found.site.layer;
}

/// Brings another run into view and lets go of what is pinned: its positions and cells are others.
void SelectionControl::view_run(const std::string& name) {
    const Snapshot& s = session_.latest();
    const Run* run = s.find_run(name);
    if (!run) {
        std::vector<std::string> names;
        for (const Run& r : s.runs) names.push_back(r.name);
        throw Error({"view-run", "one of the runs; nearest: " + nearest_names(name, names), "'" + name + "'",
                     "a source has a run of its own in a model with an encoder"});
    }
    if (run->id == selection_.run) return;
    selection_.run = run->id;
    selection_.pinned_token = -1;
    selection_.pinned_cell.reset();
    selection_.operation.reset();
    selection_.inspected.clear();
    keep_in_range(s);
}

void SelectionControl::run(const command::Compare& c) {
    if (c.as != "side by side" && c.as != "difference" && c.as != "off")
        throw Error({"compare", "'side by side', 'difference' or 'off'", "'" + c.as + "'", ""});
    selection_.against = -1;
    if (c.as == "off") return;
    const Snapshot& s = session_.latest();
    const Run* run = s.find_run(c.run);
    if (!run || run->id == run_in_view(s).id)
        throw Error(
            {"compare", "a run other than the one in view", "'" + c.run + "'", "add one with add-run"});
    selection_.against = run->id;
    selection_.as_difference = c.as == "difference";
}

void SelectionControl::run(const command::ViewQuantity& c) {
    if (c.of != name(Quantity::value) && c.of != name(Quantity::gradient))
        throw Error({"quantity", "'value' or 'gradient'", "'" + c.of + "'",
                     "a difference is shown by the command compare"});
    selection_.as_gradients = c.of == name(Quantity::gradient);
    if (selection_.as_gradients && !session_.latest().gradient_target)
        session_.post(command::SetGradients{}); // of the loss
}

Quantity SelectionControl::quantity_in_view() const {
    if (selection_.as_gradients) return Quantity::gradient;
    return selection_.as_difference ? Quantity::difference : Quantity::value;
}

/// Shows a run that has just been added beside the one in view.
void SelectionControl::show_new_run(const Snapshot& s) {
    for (const Run& run : s.runs)
        if (run.role == RunRole::compared && run.id > newest_run_) {
            selection_.against = run.id;
            selection_.as_difference = false;
        }
    for (const Run& run : s.runs) newest_run_ = std::max(newest_run_, run.id);
    if (!s.find_run(selection_.against) || selection_.against == selection_.run) selection_.against = -1;
}

void SelectionControl::run(const command::ViewAttention& view) {
    const std::string& kind = view.kind;
    if (kind != "self" && kind != "cross")
        throw Error({"view-attention", "'self' or 'cross'", "'" + kind + "'", ""});
    const Snapshot& s = session_.latest();
    if (kind == "cross" && !s.source_run())
        throw Error({"view-attention", "a decoder that reads a source, for 'cross'",
                     "a model of a single stack", ""});
    if (kind == "cross") view_run(s.text().name);
    selection_.attention = kind == "cross" ? Attention::cross : Attention::self;
}

/// Brings the run into view that is named, or else the one of the stack that a name begins with. Returns the
/// name without the stack.
std::string SelectionControl::name_in_view(const std::string& name, const std::string& run) {
    const Snapshot& s = session_.latest();
    if (!run.empty() && !name.empty()) view_run(run);
    const Run* source = s.source_run();
    if (!source) return name;
    const StackName split = split_stack(*s.model->weights, name);
    if (split.stack && run.empty()) view_run(*split.stack == source->stack() ? source->name : s.text().name);
    return split.name;
}

std::vector<ViewCommand> SelectionControl::state() {
    const Snapshot& s = session_.latest();
    if (!s.has_run()) return {};
    const Run& run = run_in_view(s);
    const Run* against = s.find_run(selection_.against);
    std::vector<ViewCommand> state{
        command::ViewRun{run.name},
        command::ViewAttention{selection_.attention == Attention::cross ? "cross" : "self"},
        command::Compare{against ? against->name : "", !against                   ? "off"
                                                       : selection_.as_difference ? "difference"
                                                                                  : "side by side"}};
    state.emplace_back(command::ViewQuantity{
        std::string(name(selection_.as_gradients ? Quantity::gradient : Quantity::value))});
    state.emplace_back(command::PinHead{selection_.pinned_head.layer, selection_.pinned_head.head});
    state.emplace_back(command::PinToken{selection_.pinned_token});
    if (selection_.operation)
        state.emplace_back(command::SelectOperation{operation_name(*selection_.operation)});
    if (!selection_.inspected.empty()) state.emplace_back(command::Inspect{selection_.inspected});
    if (selection_.pinned_cell)
        state.emplace_back(command::PinCell{
            View(s, s.run_or_text(selection_.pinned_cell->run)).address(*selection_.pinned_cell)});
    return state;
}

void SelectionControl::keep_in_range(const Snapshot& s) {
    if (!s.has_run()) return;
    const Run& run = run_in_view(s);
    show_new_run(s);
    const ModelConfig& c = run.config();
    selection_.pinned_head.layer = std::clamp(selection_.pinned_head.layer, 0, c.n_layers - 1);
    selection_.pinned_head.head = std::clamp(selection_.pinned_head.head, 0, c.n_heads - 1);
    if (selection_.pinned_token >= run.shown) selection_.pinned_token = -1;
    if (s.model != pinned_model_) {
        selection_.pinned_cell.reset();
        selection_.operation.reset();
        selection_.inspected.clear();
        prompt_of_first_mask_.reset();
        pinned_model_ = s.model;
    }
    if (c.fills_in() && run.shown > 0 && s.prompt != prompt_of_first_mask_) {
        prompt_of_first_mask_ = s.prompt;
        pin_first_mask(run);
    }
    if (run.reads < 0) selection_.attention = Attention::self;
    std::optional<CellRef>& cell = selection_.pinned_cell;
    if (!cell || cell->param >= 0) return;
    const SiteValues values = run.view().values({cell->site, cell->layer});
    const bool has_column = cell->column < values.columns();
    if (cell->row >= run.trace->n_rows(cell->site, run.shown) || !has_column) cell.reset();
}

void SelectionControl::pin_first_mask(const Run& text) {
    const int mask = mask_id(*text.model);
    for (int position = 0; position < text.shown; ++position)
        if (text.token(position) == mask) {
            selection_.pinned_token = position;
            return;
        }
}

void SelectionControl::follow_layer() {
    const Run* run = session_.latest().find_run(selection_.run);
    const command::ViewLayer wanted{selection_.pinned_head.layer, run ? run->name : "text"};
    if (wanted.layer == viewed_layer_.layer && wanted.run == viewed_layer_.run) return;
    session_.post(viewed_layer_ = wanted);
}

} // namespace gf::ui
