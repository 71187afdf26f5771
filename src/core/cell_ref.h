#pragma once
// The address of one value: what hover, pins, formulas, edits and links point with.

#include "core/site.h"

namespace gf {

struct CellRef {
    int run = 0; ///< which run of a Snapshot
    Site site = Site::resid_pre;
    int layer = -1;
    int head = -1; ///< head, key-value head, or expert slot; -1 where the site has no such axis
    int row =
        -1; ///< position (of scores and patterns: the query); of a parameter: its first axis, 0 of a vector
    int column = -1; ///< the last axis (of scores and patterns: the key within the segment)
    int param =
        -1; ///< index into Weights::table: a parameter's value as kept in memory; the site says nothing then
    bool operator==(const CellRef&) const = default;
};

/// Which cells: half-open ranges; a negative end means "to the end". Heads and columns as in CellRef.
struct CellRange {
    Site site = Site::resid_pre;
    int layer = -1;
    int row_begin = 0, row_end = -1;
    int head_begin = 0, head_end = -1;
    int column_begin = 0, column_end = -1;
    int param = -1; ///< as in CellRef
    bool operator==(const CellRange&) const = default;

    bool contains(const CellRef& cell) const;
};

} // namespace gf
