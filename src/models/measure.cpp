#include "models/measure.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace gf {
namespace {

struct MeasureRow {
    std::string_view of; ///< a name, or the beginning of several
    void (*measure)(Workshop&, const std::string&, Card&);
};
constexpr std::array k_measures = {
    MeasureRow{"story-moe", measure_experts},    MeasureRow{"story", measure_writing},
    MeasureRow{"drafter", measure_drafting},     MeasureRow{"heads-", measure_heads},
    MeasureRow{"positions-", measure_positions}, MeasureRow{"induction", measure_induction},
    MeasureRow{"masked", measure_filling},       MeasureRow{"translator", measure_translation},
};

} // namespace

const Workshop::Opened& Workshop::open(const std::string& name) {
    if (const auto it = opened_.find(name); it != opened_.end()) return it->second;
    ShippedModel shipped = shipped_model(models_, name);
    if (!shipped.is_trained())
        throw Error({shipped.folder.string(), "a trained model", "its recipe only",
                     "train it: scripts/train-assets " + name});
    TrainConfig config = shipped.train_config();
    auto model = open_model(shipped.folder, {});
    return opened_.emplace(name, Opened{std::move(shipped), std::move(config), std::move(model)})
        .first->second;
}

double Workshop::loss(const std::string& name) {
    if (const auto it = losses_.find(name); it != losses_.end()) return it->second;
    const Opened& opened = open(name);
    return losses_[name] = held_out_loss(opened.config, *opened.model);
}

void measure(Workshop& workshop, const std::string& name, Card& card) {
    card.loss = workshop.loss(name);
    card.figures.clear(), card.loss_by_position.clear(), card.samples.clear();
    const auto row =
        std::ranges::find_if(k_measures, [&](const MeasureRow& r) { return name.starts_with(r.of); });
    if (row != k_measures.end()) row->measure(workshop, name, card);
}

} // namespace gf
