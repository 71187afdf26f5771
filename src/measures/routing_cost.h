#pragma once
// What a mixture of experts saves: operations and weights read for a token, as the run really routed it,
// beside a dense model with as many parameters and one with as many parameters at work. Used by the panel
// Load.

#include "core/trace.h"

namespace gf {

struct TokenCost {
    double flops = 0; ///< of the last row, with the keys that it sees
    double bytes =
        0; ///< of weights read to compute one token alone; of the embedding, one row is not counted
};

struct RoutingCost {
    TokenCost run;    ///< with the experts visited, as a mean over rows and layers
    TokenCost all;    ///< dense, with an MLP as wide as all experts together
    TokenCost active; ///< dense, with an MLP as wide as the experts that a token may visit
    double visits =
        0; ///< experts that computed, shared ones too, per token and layer; dropped visits are none
};

/// For the first `rows` rows, at least one, of a run of a model with experts.
RoutingCost routing_cost(const Trace& trace, int rows);

} // namespace gf
