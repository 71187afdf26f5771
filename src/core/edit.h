#pragma once
// An intervention as plain data. Ablation, patching from another prompt, steering and painting attention are
// all this.

#include "core/cell_ref.h"
#include "core/real.h"

#include <memory>
#include <vector>

namespace gf {

class Trace;

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
    bool operator==(const Edit&) const = default; ///< the donor: the same one
};

} // namespace gf
