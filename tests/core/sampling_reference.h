#pragma once
// The sampling rules by their definitions: double precision, everything sorted, nothing shared with the
// engine but the plain data.

#include "core/sampling/sampling.h"

#include <vector>

namespace gf::tests {

/// The distribution after one stage.
struct ReferenceStage {
    std::vector<bool> alive;
    std::vector<double> logits, probabilities; ///< by token; probability 0 if cut
    double entropy = 0, log_sum_exp = 0;
    int n_alive = 0;
};

struct ReferenceSteps {
    std::vector<ReferenceStage> stages; ///< [0] before any
    /// How near the closest call of a cut was: below about 1e-6 single precision may decide it either way.
    double margin = 1;
};

ReferenceSteps reference_sample(const std::vector<real>& logits, const std::vector<int>& history,
                                const SamplingChain& chain);

} // namespace gf::tests
