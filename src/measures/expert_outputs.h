#pragma once
// What the experts of a mixture wrote for one token: each visited one's output, and their sum by gates. Used
// by the panel Router.

#include "core/trace.h"

#include <vector>

namespace gf {

struct ExpertOutputs {
    struct Part {
        int chosen = 0;  ///< by the router; n_experts or more: a shared expert
        int visited = 0; ///< the one that computed, another one if the setup swaps them
        double gate = 0;
        double length = 0;         ///< 2-norm of what it gives, without the gate
        std::vector<float> values; ///< (d_model)
    };
    std::vector<Part> parts;    ///< by slot
    std::vector<float> written; ///< (d_model): the sum of gate * values, which is mlp_out unless it is edited
    double length = 0;          ///< its 2-norm
};

/// For a row of a layer with experts whose sites the run keeps. `out` is overwritten; its memory is used
/// again.
void find_expert_outputs(const Trace& trace, int layer, int row, ExpertOutputs& out);

} // namespace gf
