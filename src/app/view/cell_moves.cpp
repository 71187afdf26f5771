#include "app/view/cell_moves.h"

#include <algorithm>

namespace gf::ui {
namespace {

/// Where the keys begin.
CellRef first_cell(const View& v, const Selection& selection) {
    const int row = std::max(selection.token_in_view(v.cursor), 0);
    const HeadRef head = selection.head_in_view();
    const SiteValues weights(v.values, {Site::pattern, head.layer});
    if (weights.exists() && head.head < weights.heads())
        return v.cell(Site::pattern, head.layer, head.head, row, std::max(weights.n_columns(row) - 1, 0));
    return v.cell(Site::logits, -1, -1, row, 0);
}

} // namespace

CellRef moved_cell(const View& v, const Selection& selection, int down, int right) {
    if (!selection.pinned_cell || !v.holds(*selection.pinned_cell)) return first_cell(v, selection);
    CellRef cell = *selection.pinned_cell;
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
