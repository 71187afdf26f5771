#pragma once
// Which choices find their expert full and are dropped where a run has a capacity factor (Fedus et al. 2022).
// Used by the router of both passes, the formulas and tests.

#include "core/trace.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gf {

/// How many tokens an expert takes of a segment with n_tokens real ones, of which each chooses `per_token`
/// experts.
inline int expert_capacity(double factor, int per_token, int n_tokens, int n_experts) {
    return static_cast<int>(std::ceil(factor * per_token * n_tokens / n_experts));
}

/// Calls f(row, slot) for each choice that finds its expert full, in rows [row_begin, row_end), which hold
/// whole segments. Earlier rows come first, the slots of a row in order; padding takes no room. `n_taken` has
/// n_experts numbers, which are overwritten.
template <class F>
void for_each_dropped_choice(const Trace& trace, int layer, int row_begin, int row_end,
                             std::vector<int>& n_taken, F f) {
    const int per_token = trace.plan().experts(layer).per_token;
    for (const Segment& s : trace.segments()) {
        if (s.begin < row_begin || s.end > row_end) continue;
        const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
        const int capacity =
            expert_capacity(trace.setup().capacity_factor, per_token, last - first, trace.config().n_experts);
        std::fill(n_taken.begin(), n_taken.end(), 0);
        for (int r = first; r < last; ++r) {
            const real* chosen = trace.row(Site::expert_indices, layer, r);
            for (int slot = 0; slot < per_token; ++slot)
                if (++n_taken[static_cast<std::size_t>(chosen[slot])] > capacity) f(r, slot);
        }
    }
}

} // namespace gf
