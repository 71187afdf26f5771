#include "models/measure.h"

#include "platform/error.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace gf {
namespace {

struct MeasuredModel {
    std::string_view name_prefix; ///< a model's name, or what the names of several models begin with
    void (*measure)(ModelCache&, const std::string&, ModelCard&);
};
// The first row that fits counts, so a longer prefix stands before a shorter one.
constexpr std::array k_measures = {
    MeasuredModel{"story-moe", measure_experts},    MeasuredModel{"story", measure_stories_and_tasks},
    MeasuredModel{"drafter", measure_drafting},     MeasuredModel{"heads-", measure_heads},
    MeasuredModel{"positions-", measure_positions}, MeasuredModel{"induction", measure_induction},
    MeasuredModel{"masked", measure_masked_tokens}, MeasuredModel{"translator", measure_translation},
};

} // namespace

const ModelCache::OpenedModel& ModelCache::open(const std::string& name) {
    if (const auto it = opened_.find(name); it != opened_.end()) return it->second;
    ShippedModel shipped = shipped_model(folder_, name);
    if (!shipped.is_trained())
        throw Error({shipped.folder.string(), "a trained model", "its recipe only",
                     "train it: scripts/train-assets " + name});
    TrainConfig config = shipped.train_config();
    auto model = open_model(shipped.folder, {});
    return opened_.emplace(name, OpenedModel{std::move(shipped), std::move(config), std::move(model)})
        .first->second;
}

double ModelCache::loss(const std::string& name) {
    if (const auto it = losses_.find(name); it != losses_.end()) return it->second;
    const OpenedModel& opened = open(name);
    return losses_[name] = held_out_loss(opened.config, *opened.model);
}

void measure(ModelCache& cache, const std::string& name, ModelCard& card) {
    card.loss = cache.loss(name);
    card.figures.clear(), card.loss_by_position.clear(), card.samples.clear();
    const auto row = std::ranges::find_if(
        k_measures, [&](const MeasuredModel& r) { return name.starts_with(r.name_prefix); });
    if (row != k_measures.end()) row->measure(cache, name, card);
}

} // namespace gf
