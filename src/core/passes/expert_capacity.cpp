#include "core/passes/expert_capacity.h"

namespace gf {

int count_dropped_choices(const Trace& trace) {
    const ModelConfig& c = trace.config();
    if (!c.is_moe() || trace.shape().regularise.capacity_factor == 0) return 0;
    std::vector<int> taken(static_cast<std::size_t>(c.n_experts));
    int n = 0;
    for (int l = 0; l < c.n_layers; ++l)
        each_dropped_choice(trace, l, 0, trace.n_tokens(), taken, [&](int, int) { ++n; });
    return n;
}

} // namespace gf
