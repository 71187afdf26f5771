#pragma once
// The address of one value: what hover, pins, formulas, edits and links point with.

#include "core/site.h"

namespace gf {

struct CellRef {
    int run = 0; ///< which run of a Snapshot
    Site site = Site::resid_pre;
    int layer = -1;
    int head = -1;   ///< head, key-value head, or expert slot; -1 where the site has no such axis
    int row = -1;    ///< position (of scores and patterns: the query)
    int column = -1; ///< the last axis (of scores and patterns: the key within the segment)
    bool operator==(const CellRef&) const = default;
};

} // namespace gf
