#pragma once
// Which choices find their expert full and are dropped where a run has a capacity factor (Fedus et al. 2022).
// Used by the router of both passes, the formulas and tests.

#include "core/trace.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gf {

/// How many tokens an expert takes of a segment whose real tokens make `n_choices` choices.
inline int expert_capacity(double factor, int n_choices, int n_experts) {
    return static_cast<int>(std::ceil(factor * n_choices / n_experts));
}

/// Calls f(row, slot) for each choice that finds its expert full, in rows [row_begin, row_end), which hold
/// whole segments. Earlier rows come first, the slots of a row in order, or first choices before second ones
/// as the setup says; padding takes no room. `n_taken` has n_experts numbers, which are overwritten.
template <class F>
void for_each_dropped_choice(const Trace& trace, int layer, int row_begin, int row_end,
                             std::vector<int>& n_taken, F f) {
    const auto n_chosen = [&](int r) { return trace.plan().experts(layer, r).per_token; };
    for (const Segment& s : trace.segments()) {
        if (s.begin < row_begin || s.end > row_end) continue;
        const int first = s.begin + s.pad_left, last = s.end - s.pad_right;
        int n_choices = 0;
        for (int r = first; r < last; ++r) n_choices += n_chosen(r);
        const int capacity =
            expert_capacity(trace.setup().capacity_factor, n_choices, trace.config().n_experts);
        std::fill(n_taken.begin(), n_taken.end(), 0);
        const auto take = [&](int r, int slot) {
            const auto chosen = static_cast<std::size_t>(trace.row(Site::expert_indices, layer, r)[slot]);
            if (++n_taken[chosen] > capacity) f(r, slot);
        };
        if (!trace.setup().first_choices_first) {
            for (int r = first; r < last; ++r)
                for (int slot = 0; slot < n_chosen(r); ++slot) take(r, slot);
            continue;
        }
        for (int slot = 0; slot < trace.config().experts_per_token; ++slot)
            for (int r = first; r < last; ++r)
                if (slot < n_chosen(r)) take(r, slot);
    }
}

} // namespace gf
