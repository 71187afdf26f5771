#include "app/view/view.h"

#include "core/formula/spelling.h"
#include "core/site_names.h"

#include <algorithm>

namespace gf::ui {

CellAddress View::address(const CellRef& cell) const {
    const std::string_view stack = cell.param >= 0 ? "" : stack_prefix(weights(), run.stack());
    return {std::string(stack) + place_name(weights(), cell),
            cell.head,
            std::max(cell.row, 0),
            std::max(cell.column, 0),
            run.name,
            std::string(name(cell.quantity))};
}

} // namespace gf::ui
