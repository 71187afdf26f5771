#pragma once
// An intervention as plain data: ablation, patching from another prompt, steering, painting attention. A
// Trace is made with a list of them, and forward() applies them.

#include "core/cell_ref.h"
#include "core/real.h"

#include <memory>
#include <vector>

namespace gf {

class Trace;

struct Edit {
    enum class Kind {
        scale,  ///< multiply by `values[0]` (0 ablates)
        values, ///< replace by `values`: one for all cells, or one per cell in the order row, head, column
        add,    ///< add `values`, one for all cells or one per cell (steering)
        donor,  ///< replace by the same cells of `donor` (activation patching)
    };
    CellRange range;
    Kind kind = Kind::scale;
    std::vector<real> values;
    std::shared_ptr<const Trace> donor;
    bool operator==(const Edit&) const = default; ///< equal donors are the same Trace, not an equal one
};

} // namespace gf
