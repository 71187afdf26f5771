#include "core/cell_ref.h"

namespace gf {

bool CellRange::contains(const CellRef& cell) const {
    const auto within = [](int i, int begin, int end) { return i >= begin && (end < 0 || i < end); };
    if (param != cell.param || (param < 0 && (site != cell.site || layer != cell.layer))) return false;
    return (cell.head < 0 || within(cell.head, head_begin, head_end)) &&
           within(cell.row, row_begin, row_end) && within(cell.column, column_begin, column_end);
}

} // namespace gf
