#pragma once
// Which choices find their expert full and are dropped when training has a capacity factor (Fedus et al.
// 2022). Used by the router of both passes and by tests.

#include "core/trace.h"

#include <algorithm>
#include <vector>

namespace gf {

/// Calls f(row, slot) for each choice that finds its expert full, in rows [row_begin, row_end), which hold
/// whole segments. Earlier rows come first, the slots of a row in order; padding takes no room. `n_taken` has
/// n_experts numbers, which are overwritten.
template <class F>
void for_each_dropped_choice(const Trace& trace, int layer, int row_begin, int row_end,
                             std::vector<int>& n_taken, F f) {
    const ModelConfig& c = trace.config();
    for (const Segment& s : trace.shape().segments) {
        if (s.begin < row_begin || s.end > row_end) continue;
        const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
        const int capacity = expert_capacity(c, trace.shape().regularise, last - first);
        std::fill(n_taken.begin(), n_taken.end(), 0);
        for (int r = first; r < last; ++r) {
            const real* chosen = trace.row(Site::expert_indices, layer, r);
            for (int slot = 0; slot < c.experts_per_token; ++slot)
                if (++n_taken[static_cast<std::size_t>(chosen[slot])] > capacity) f(r, slot);
        }
    }
}

} // namespace gf
