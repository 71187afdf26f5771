#include "train/training_state.h"

#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {
namespace {

/// Throws Error unless the state has as many weights as the run.
void require_weights(const TrainingState& state, std::size_t n) {
    if (!state.weights || state.weights->size() != n)
        throw Error({"training state", fmt::format("{} weights", n),
                     state.weights ? std::to_string(state.weights->size()) : "none",
                     "take a state of a run of this model and this adapter"});
}

} // namespace

std::optional<LoraAdapter> adapter_of(const TrainingSetup& setup, const TrainingState& state) {
    std::optional<LoraAdapter> adapter = new_adapter(setup);
    if (!adapter) return std::nullopt;
    require_weights(state, adapter->values().size());
    std::ranges::copy(*state.weights, adapter->values().begin());
    return adapter;
}

std::shared_ptr<Weights> weights_of(const TrainingSetup& setup, const TrainingState& state) {
    auto weights = std::make_shared<Weights>(setup.weights->config);
    if (const auto adapter = adapter_of(setup, state)) {
        adapter->apply(*setup.weights, *weights);
        return weights;
    }
    require_weights(state, weights->size());
    std::ranges::copy(*state.weights, weights->values(weights->table.front()));
    weights->refresh();
    return weights;
}

} // namespace gf
