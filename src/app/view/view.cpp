#include "app/view/view.h"

#include "core/formula/spelling.h"
#include "core/site_names.h"

#include <algorithm>

namespace gf::ui {

View::View(const Snapshot& s, const Run& shown, const Run* compared, Quantity quantity)
    : snapshot(s), run(shown), values(shown.view()), against(compared), source(s.find_run(shown.reads)),
      reader(s.find_run(shown.read_by)), cursor(shown.shown) {
    if (compared || quantity != Quantity::difference) values.quantity = quantity;
    if (!compared) return;
    values.against = compared->trace;
    values.against_rows = compared->rows;
    values.counterparts = compared->counterparts;
}

CellAddress View::address(const CellRef& cell) const {
    const std::string_view stack = cell.param >= 0 ? "" : stack_prefix(weights(), run.stack());
    return {std::string(stack) + place_name(weights(), cell),
            cell.head,
            std::max(cell.row, 0),
            std::max(cell.column, 0),
            run.name,
            std::string(name(cell.quantity))};
}

const MaskFindings* View::mask_findings() const {
    const MaskFindings* found = snapshot.mask_findings.get();
    return found && found->run == run.trace && found->rows == cursor ? found : nullptr;
}

} // namespace gf::ui
