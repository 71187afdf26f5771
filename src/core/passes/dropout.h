#pragma once
// Which cells of a site dropout acts on. Internal to core.

#include "core/trace.h"

namespace gf::detail {

/// Applies dropout to rows [row_begin, row_end) of a site of the run, or to what lies like them: row_of(row)
/// is the row's memory.
template <class F>
void drop_rows(const Trace& run, Site site, int layer, int row_begin, int row_end, F row_of) {
    const Regularise& options = run.shape().regularise;
    for (int r = row_begin; r < row_end; ++r) {
        if (!by_key(site)) {
            apply_dropout(options, site, layer, r, 0, row_of(r), run.width(site));
            continue;
        }
        const Trace::Keys keys = run.keys(site, r);
        real* weights = row_of(r) + (keys.begin - keys.first);
        for (int h = 0; h < run.config().n_heads; ++h, weights += run.n_keys(site))
            apply_dropout(options, site, layer, r, h, weights, keys.size());
    }
}

} // namespace gf::detail
