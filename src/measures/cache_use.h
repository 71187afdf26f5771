#pragma once
// What the key-value cache of a run holds and what its last step did with it, and what the step would cost
// without one. Used by the panel Cache.

#include "core/run_view.h"

namespace gf {

struct CacheUse {
    double stored = 0; ///< bytes of the keys and values of all tokens but those that were evicted
    double added = 0;  ///< bytes that the last row has added
    double read = 0;   ///< bytes that the last row has read: the keys that some head of a group may see
    int n_evicted = 0; ///< tokens that the last row finds evicted
    double flops_with = 0, flops_without = 0; ///< of the last row alone, and of all rows anew
};

/// For the first `rows` rows, at least one, of a run without padding. Bytes are those of `real`.
CacheUse cache_use(const Trace& trace, int rows);

/// Whether the row finds the key evicted.
bool is_evicted(const Trace& trace, int row, int key);

/// The number of keys that a head of a layer may see from a row.
int n_visible_keys(const Trace& trace, int layer, int head, int row);

} // namespace gf
