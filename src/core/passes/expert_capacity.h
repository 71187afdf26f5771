#pragma once
// Which choices of an expert find it full: what training with a capacity factor drops (Fedus et al. 2022).

#include "core/trace.h"

#include <algorithm>
#include <vector>

namespace gf {

/// Calls f(row, slot) for each choice of rows [row_begin, row_end), which hold whole segments, that finds its
/// expert full: earlier rows come first, a row's slots in order, padding does not count. `taken` has
/// n_experts numbers, which are overwritten.
template <class F>
void each_dropped_choice(const Trace& trace, int layer, int row_begin, int row_end, std::vector<int>& taken,
                         F f) {
    const ModelConfig& c = trace.config();
    for (const Segment& s : trace.shape().segments) {
        if (s.begin < row_begin || s.end > row_end) continue;
        const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
        const int most = expert_capacity(c, trace.shape().regularise, last - first);
        std::fill(taken.begin(), taken.end(), 0);
        for (int r = first; r < last; ++r) {
            const real* chosen = trace.row(Site::expert_indices, layer, r);
            for (int slot = 0; slot < c.experts_per_token; ++slot)
                if (++taken[static_cast<std::size_t>(chosen[slot])] > most) f(r, slot);
        }
    }
}

} // namespace gf
