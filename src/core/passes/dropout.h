#pragma once
// Which cells of a site dropout acts on. Used by the hooks of both passes. Internal to core.

#include "core/trace.h"

namespace gf::detail {

/// Applies dropout to rows [row_begin, row_end) of a site of the run, or of its gradient, which has the same
/// layout. row_of(row) gives the memory of a row.
template <class F>
void apply_dropout_to_rows(const Trace& run, Site site, int layer, int row_begin, int row_end, F row_of) {
    const Regularise& options = run.setup().regularise;
    for (int r = row_begin; r < row_end; ++r) {
        if (!has_key_axis(site)) {
            apply_dropout(options, site, layer, r, 0, row_of(r), run.width(site));
            continue;
        }
        real* weights = row_of(r);
        for (int h = 0; h < run.config().n_heads; ++h, weights += run.n_keys(site)) {
            const KeyRange& keys = run.plan().mask(site, layer, h).keys(r);
            apply_dropout(options, site, layer, r, h, weights + (keys.begin - keys.first), keys.size());
        }
    }
}

} // namespace gf::detail
