// The conditions in formulas that a cell decides: by the plan of its run, and by which experts are full.

#include "core/expert_capacity.h"
#include "core/formula/terms.h"

namespace gf::formula {

bool cell_holds(const Trace& trace, Condition condition, const CellRef& cell) {
    switch (condition) {
    case Condition::visible: return trace.visible(cell.site, cell.layer, cell.head, cell.row, cell.column);
    case Condition::on: return !trace.plan().experts(cell.layer, cell.row).is_off(cell.column);
    case Condition::forced: return trace.plan().experts(cell.layer, cell.row).one_forced();
    case Condition::shared: return cell.column >= trace.config().experts_per_token;
    case Condition::counted: break;
    default: return false;
    }
    if (cell.column >= trace.plan().experts(cell.layer, cell.row).per_token) return false;
    if (trace.setup().capacity_factor == 0 || !trace.kept(Site::expert_indices, cell.layer)) return true;
    bool dropped = false;
    std::vector<int> n_taken(static_cast<std::size_t>(trace.config().n_experts));
    const RowPlan& plan = trace.plan(cell.row);
    for_each_dropped_choice(trace, cell.layer, plan.segment_begin, plan.segment_end, n_taken,
                            [&](int row, int slot) { dropped |= row == cell.row && slot == cell.column; });
    return !dropped;
}

} // namespace gf::formula
