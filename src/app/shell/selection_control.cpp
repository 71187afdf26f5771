#include "app/shell/selection_control.h"

#include "core/site_names.h"
#include "platform/error.h"
#include "session/find_cell.h"

#include <algorithm>

namespace gf::ui {

const Snapshot& SelectionControl::snapshot_in_view() {
    const Snapshot& s = session_.latest();
    if (!s.has_source() || s.model != pinned_model_) selection_.stack = Stack::decoder;
    if (selection_.stack == Stack::decoder) return s;
    if (encoder_.version != s.version || encoder_.model != s.model) encoder_ = encoder_snapshot(s);
    return encoder_;
}

void SelectionControl::run(const command::PinCell& cell) {
    selection_.pinned_cell.reset();
    const std::string name = name_in_view(cell.name);
    const Snapshot& s = snapshot_in_view();
    if (name.empty() || !s.has_run()) return;
    selection_.pinned_cell = find_cell(s.trace(), s.run().rows, name, cell.head, cell.row, cell.column);
}

void SelectionControl::run(const command::Inspect& inspected) {
    const std::string name = name_in_view(inspected.name);
    const Snapshot& s = snapshot_in_view();
    if (!name.empty() && s.has_run() && !s.model->weights->find(name)) {
        const SiteRef site = find_site(s.config(), name);
        if (!s.trace().kept(site.site, site.layer) && site.layer >= 0)
            selection_.pinned_head.layer = site.layer; // the session then computes this layer again
    }
    selection_.inspected = name;
}

void SelectionControl::run(const command::SelectOperation& operation) {
    const std::string name = name_in_view(operation.name);
    const Snapshot& s = snapshot_in_view();
    if (name.empty() || !s.has_run()) {
        selection_.operation.reset();
        selection_.inspected.clear();
        return;
    }
    const SiteRef site = find_site(s.config(), name);
    selection_.operation = site;
    selection_.inspected = name;
    if (site.layer >= 0) selection_.pinned_head.layer = site.layer;
}

void SelectionControl::run(const command::ViewStack& view) {
    view_stack(stack_named(view.stack, "view-stack"));
}

/// Brings the other stack into view and lets go of what is pinned: its positions and cells are others.
void SelectionControl::view_stack(Stack stack) {
    if (!session_.latest().has_source())
        throw Error({"view-stack", "a model with an encoder and a decoder", "one of a single stack", ""});
    if (stack == selection_.stack) return;
    selection_.stack = stack;
    selection_.pinned_token = -1;
    selection_.pinned_cell.reset();
    selection_.operation.reset();
    selection_.inspected.clear();
    keep_in_range(snapshot_in_view());
}

void SelectionControl::run(const command::ViewAttention& view) {
    const std::string& kind = view.kind;
    if (kind != "self" && kind != "cross")
        throw Error({"view-attention", "'self' or 'cross'", "'" + kind + "'", ""});
    if (kind == "cross" && !session_.latest().has_source())
        throw Error({"view-attention", "a decoder that reads a source, for 'cross'",
                     "a model of a single stack", ""});
    if (kind == "cross") view_stack(Stack::decoder);
    selection_.attention = kind == "cross" ? Attention::cross : Attention::self;
}

/// Brings the stack that a name begins with into view. Returns the name without it.
std::string SelectionControl::name_in_view(const std::string& name) {
    const Snapshot& s = session_.latest();
    if (!s.has_source()) return name;
    const StackName split = split_stack(*s.model->weights, name);
    if (split.stack) view_stack(*split.stack);
    return split.name;
}

void SelectionControl::keep_in_range(const Snapshot& s) {
    if (!s.has_run()) return;
    selection_.pinned_head.layer = std::clamp(selection_.pinned_head.layer, 0, s.config().n_layers - 1);
    selection_.pinned_head.head = std::clamp(selection_.pinned_head.head, 0, s.config().n_heads - 1);
    if (selection_.pinned_token >= s.cursor) selection_.pinned_token = -1;
    if (s.model != pinned_model_) {
        selection_.pinned_cell.reset();
        selection_.operation.reset();
        selection_.inspected.clear();
        prompt_of_first_mask_.reset();
        pinned_model_ = s.model;
    }
    if (s.config().fills_in() && s.cursor > 0 && s.prompt != prompt_of_first_mask_) pin_first_mask(s);
    if (!s.trace().source()) selection_.attention = Attention::self;
    std::optional<CellRef>& cell = selection_.pinned_cell;
    if (!cell || cell->param >= 0) return;
    const bool has_column = !has_key_axis(cell->site) || cell->column < s.trace().n_keys(cell->site);
    if (cell->row >= s.trace().n_rows(cell->site, s.cursor) || !has_column) cell.reset();
}

void SelectionControl::pin_first_mask(const Snapshot& s) {
    prompt_of_first_mask_ = s.prompt;
    const int mask = mask_id(*s.model);
    for (int position = 0; position < s.cursor; ++position)
        if (s.run().token(position) == mask) {
            selection_.pinned_token = position;
            return;
        }
}

void SelectionControl::follow_layer() {
    const std::string stack = selection_.stack == Stack::encoder ? "encoder" : "decoder";
    const command::ViewLayer wanted{selection_.pinned_head.layer, stack};
    if (wanted.layer == viewed_layer_.layer && stack == viewed_layer_.stack) return;
    session_.post(viewed_layer_ = wanted);
}

SiteRef operation_after(const ModelConfig& config, const Selection& selection, int steps) {
    const std::vector<SiteRef> sites = all_sites(config);
    const auto last = static_cast<std::ptrdiff_t>(sites.size()) - 1;
    const auto at =
        selection.operation ? std::find(sites.begin(), sites.end(), *selection.operation) : sites.end();
    if (at != sites.end())
        return sites[static_cast<std::size_t>(
            std::clamp(at - sites.begin() + steps, std::ptrdiff_t{0}, last))];
    return *std::find(sites.begin(), sites.end(), SiteRef{Site::resid_pre, selection.pinned_head.layer});
}

} // namespace gf::ui
