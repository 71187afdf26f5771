#pragma once
// An intervention as plain data: ablation, patching from another prompt, steering, painting attention. A
// Trace is made with a list of them, and forward() applies them.

#include "core/cell_ref.h"
#include "core/real.h"

#include <memory>
#include <string_view>
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
    int donor_shift = 0;                          ///< row r is taken from row r + donor_shift of the donor
    bool operator==(const Edit&) const = default; ///< equal donors are the same Trace, not an equal one
};
/// "scale", "values", "add" or "donor".
std::string_view name(Edit::Kind);

struct ModelConfig;
/// Checks an edit of a run in which the edited site has so many rows, and so many columns in each head.
/// @throws Error when the site cannot be edited, the cells are not there, or what they get does not fit
void check_edit(const Edit& edit, const ModelConfig& config, int rows, int columns);

} // namespace gf
