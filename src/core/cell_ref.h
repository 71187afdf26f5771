#pragma once
// The address of one value of a run or of the model's parameters. Hover, pins, formulas, edits and links all
// use it.

#include "core/site.h"

namespace gf {

/// What is looked at of a cell.
enum class Quantity {
    value,
    difference, ///< its value minus the value of the same cell in another run
    gradient,   ///< how the number that gradients were asked of changes with it
};
std::string_view name(Quantity);
/// Whether it is both above and below 0 even where the values themselves are not.
constexpr bool has_both_signs(Quantity quantity) { return quantity != Quantity::value; }

/// One cell of a site, or one value of a parameter.
struct CellRef {
    int run = 0; ///< id of the run in a Snapshot
    Site site = Site::resid_pre;
    int layer = -1;
    int head = -1; ///< head, key-value head, or expert slot; -1 where the site has no such axis
    /// Position of the token; in scores and patterns the query; in a parameter the first axis, 0 for a
    /// vector.
    int row = -1;
    int column = -1; ///< the last axis; in scores and patterns the key within the segment
    /// Index into Weights::table if this is a parameter's value as kept in memory; site and layer say nothing
    /// then. Else -1.
    int param = -1;
    Quantity quantity = Quantity::value;
    bool operator==(const CellRef&) const = default;
};

/// A block of cells: half-open ranges of the axes of CellRef. A negative end means "to the end".
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
