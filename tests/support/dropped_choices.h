#pragma once
// How many choices of experts a run drops, for the tests of capacity factors.

#include "core/expert_capacity.h"

namespace gf::tests {

/// How many choices (a row's slot) of the computed rows found their expert full and got gate 0, over all
/// layers. The Trace must keep the expert indices; 0 without a capacity factor.
inline int count_dropped_choices(const Trace& trace) {
    const ModelConfig& c = trace.config();
    if (!c.is_moe() || trace.setup().capacity_factor == 0) return 0;
    std::vector<int> taken(static_cast<std::size_t>(c.n_experts));
    int n = 0;
    for (int l = 0; l < c.n_layers; ++l)
        for_each_dropped_choice(trace, l, 0, trace.n_tokens(), taken, [&](int, int) { ++n; });
    return n;
}

} // namespace gf::tests
