#include "app/view/cell_moves.h"

#include <algorithm>

namespace gf::ui {
std::optional<CellRef> moved_cell(const View& v, const Selection& selection, int down, int right) {
    if (!selection.pinned_cell || !v.holds(*selection.pinned_cell)) return std::nullopt;
    CellRef cell = *selection.pinned_cell;
    if (cell.param < 0 && has_key_axis(cell.site)) return std::nullopt;
    int rows = 0, columns = 0;
    if (cell.param >= 0) {
        const ParamRow& p = v.weights().table[static_cast<std::size_t>(cell.param)];
        rows = p.shape.size() > 1 ? p.shape[0] : 1;
        columns = p.shape.back();
    } else {
        const SiteValues values(v.values, {cell.site, cell.layer});
        rows = values.rows();
        columns = values.columns();
    }
    cell.row = std::clamp(cell.row + down, 0, std::max(rows - 1, 0));
    cell.column = std::clamp(cell.column + right, 0, std::max(columns - 1, 0));
    return cell;
}

} // namespace gf::ui
