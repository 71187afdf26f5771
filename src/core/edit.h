#pragma once
// An intervention as plain data. Ablation, patching from another prompt, steering and painting attention are all this.

#include "core/real.h"
#include "core/site.h"

#include <memory>
#include <vector>

namespace gf {

class Trace;

/// Which cells: half-open ranges; a negative end means "to the end". Heads and columns as in CellRef.
struct CellRange {
    Site site = Site::resid_pre;
    int layer = -1;
    int row_begin = 0, row_end = -1;
    int head_begin = 0, head_end = -1;
    int column_begin = 0, column_end = -1;
    bool operator==(const CellRange&) const = default;
};

struct Edit {
    enum class Kind {
        scale,  ///< multiply by `values[0]` (0 ablates)
        values, ///< replace by `values`: one for all, or one per cell in the order row, head, column
        add,    ///< add `values`, likewise (steering)
        donor,  ///< replace by the same cells of `donor` (activation patching)
    };
    CellRange range;
    Kind kind = Kind::scale;
    std::vector<real> values;
    std::shared_ptr<const Trace> donor;
};

} // namespace gf
