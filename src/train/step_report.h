#pragma once
// What a step of a training run was like, as plain data. The trainer fills it; progress lines, metrics.jsonl
// and tests read it.

#include "core/model_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// The loss of the targets of one domain (Dataset::domain_names(), in that order). The mean over domains,
/// weighted by n_targets, is the step's loss.
struct DomainLoss {
    double loss = 0; ///< nats per target; 0 without targets
    double n_targets = 0;
};

/// Euclidean norms over what is trained of one layer: its parameters, or its part of the adapter.
struct LayerNorms {
    Stack stack = Stack::decoder;
    int layer = -1;      ///< -1: what is outside the blocks; with shared layers their group
    double gradient = 0; ///< before clipping; squared and summed over layers it is gradient_norm squared
    double update = 0;   ///< of the weights after the step less those before; 0 unless asked for
};

/// Which experts of a layer the rows of the step chose.
struct ExpertLoad {
    Stack stack = Stack::decoder;
    int layer = 0;
    std::vector<double> shares; ///< of all choices, for each expert; they sum to 1
};

struct StepReport {
    std::int64_t step = 0;     ///< counted from 1
    double loss = 0;           ///< nats per target, before the step
    double lr = 0;             ///< learning rate
    double gradient_norm = 0;  ///< before clipping
    std::int64_t n_tokens = 0; ///< how many tokens the step read
    double seconds = 0;        ///< duration of the step, without validation
    std::vector<DomainLoss> domains;
    std::vector<LayerNorms> layers;     ///< those with something to train, an encoder's first
    std::vector<ExpertLoad> experts;    ///< the layers of a mixture of experts, an encoder's first; else none
    std::optional<double> validation{}; ///< nats per target; nullopt if not measured after this step
    /// Why the step was not made; nullopt unless the run has diverged.
    std::optional<std::string> problem{};
};

} // namespace gf
