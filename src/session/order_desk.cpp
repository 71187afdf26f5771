#include "session/order_desk.h"

#include "session/compared_run.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

/// Longer texts are not put into another order: four runs of each model would take long.
constexpr std::size_t k_max_ordered_tokens = 128;

/// Whether the order gives each of so many words a position of its own, and not each its row.
bool is_another_order(const std::vector<int>& order, std::size_t n_tokens) {
    if (order.empty() || order.size() > n_tokens) return false;
    std::vector<int> sorted = order;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i)
        if (sorted[i] != static_cast<int>(i)) return false;
    return sorted != order;
}

} // namespace

void OrderDesk::update(std::vector<int> tokens, const std::vector<int>& order,
                       std::vector<std::shared_ptr<const Model>> readers) {
    if (tokens.size() > k_max_ordered_tokens || !is_another_order(order, tokens.size())) return forget();
    if (effect_ && effect_->order == order && tokens_ == tokens && readers_ == readers) return;
    *this = {};
    tokens_ = std::move(tokens);
    readers_ = std::move(readers);
    for (const auto& model : readers_)
        if (model->config().has_logits() && !model->config().has_encoder() &&
            have_same_tokens(*model, *readers_.front()))
            models_.push_back(model);
    auto effect = std::make_shared<OrderEffect>();
    effect->order = order;
    effect_ = std::move(effect);
}

void OrderDesk::compute_slice(std::size_t trace_budget) {
    if (!runs_.front()) begin_model(trace_budget);
    const auto behind = std::ranges::find_if(runs_, [](const auto& run) { return !run->is_complete(); });
    if (behind != runs_.end()) (*behind)->compute_slice();
    if (std::ranges::all_of(runs_, [](const auto& run) { return run->is_complete(); })) finish_model();
}

void OrderDesk::begin_model(std::size_t trace_budget) {
    const Model& model = *models_[effect_->models.size()];
    const std::shared_ptr<const Trace> no_source;
    const std::vector<Edit> no_edits;
    for (const Variant variant : {as_written, other_order, as_written_unmasked, other_order_unmasked}) {
        RunSetup setup;
        if (variant == other_order || variant == other_order_unmasked) {
            setup.order = effect_->order;
            setup.mask_by_position = true; // so that the run is one of the words in the other order
        }
        if (variant == as_written_unmasked || variant == other_order_unmasked)
            setup.masks.push_back({.kind = MaskKind::bidirectional});
        runs_[variant] = std::make_unique<Branch>(
            RunContext{model, Stack::decoder, no_source, no_edits, trace_budget, setup}, tokens_,
            Branch::Growth::none);
    }
}

std::vector<double> OrderDesk::largest_changes(Variant from, Variant to) const {
    const Trace &a = *runs_[from]->trace(), &b = *runs_[to]->trace();
    std::vector<double> changes;
    for (int r = 0; r < a.n_tokens(); ++r) {
        const real *x = a.row(Site::logits, -1, r), *y = b.row(Site::logits, -1, r);
        double largest = 0;
        for (int i = 0; i < a.config().d_vocab; ++i)
            largest = std::max(largest, static_cast<double>(std::abs(x[i] - y[i])));
        changes.push_back(largest);
    }
    return changes;
}

/// Adds what the model noticed.
void OrderDesk::finish_model() {
    auto effect = std::make_shared<OrderEffect>(*effect_);
    effect->models.push_back({models_[effect->models.size()], largest_changes(as_written, other_order),
                              largest_changes(as_written_unmasked, other_order_unmasked)});
    effect_ = std::move(effect);
    for (auto& run : runs_) run.reset();
}

} // namespace gf
