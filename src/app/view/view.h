#pragma once
// What a panel is given to show: one run of the snapshot, and what is looked at in it. Panels do not ask
// which stack or model it is. Made by the workbench in every frame.

#include "core/run_view.h"
#include "session/cell_address.h"
#include "session/snapshot.h"

#include <vector>

namespace gf::ui {

class LabRoom;

struct View {
    const Snapshot& snapshot;
    const Run& run;
    RunView values; ///< the run's values, as the panels show them
    const Run*
        against;       ///< the run beside which this one is shown, or from which it is subtracted; null: none
    const Run* source; ///< the run whose output this one attends to; null: none
    const Run* reader; ///< the run that attends to this one's output; null: none
    int cursor;        ///< tokens of the run that are shown
    const LabRoom* lab = nullptr; ///< the lab that is open; null where the workbench gave none

    /// `compared`: null, or another run; `quantity` says what the panels show of the run, or of the two.
    View(const Snapshot& s, const Run& shown, const Run* compared = nullptr,
         Quantity quantity = Quantity::value);

    const Trace& trace() const { return *run.trace; }
    const ModelConfig& config() const { return run.config(); }
    const Weights& weights() const { return *run.model->weights; }
    const std::vector<RunEdit>& edits() const { return *run.edits; }
    /// Whether the panels show the difference of two runs.
    bool shows_difference() const { return values.quantity == Quantity::difference; }
    bool shows_gradients() const { return values.quantity == Quantity::gradient; }
    /// Whether what they show has both signs, even of weights.
    bool has_both_signs() const { return gf::has_both_signs(values.quantity); }
    /// Whether the model has another stack besides the run's own.
    bool has_other_stack() const { return source || reader; }
    /// The run whose tokens are what the site's key axis counts, or its rows, if these are of the source.
    const Run& run_of_keys(Site site) const { return has_source_keys(site) ? *source : run; }

    /// What masks do to the tokens shown; null while it is not known, or nobody asked.
    const MaskFindings* mask_findings() const;

    /// A cell of this run, as it is looked at.
    CellRef cell(Site site, int layer, int head, int row, int column) const {
        return {run.id, site, layer, head, row, column, -1, values.quantity};
    }
    /// How commands name a cell of this run or a parameter of its model.
    CellAddress address(const CellRef& cell) const;
    /// Whether the cell is one of this run.
    bool holds(const CellRef& cell) const { return cell.run == run.id; }
};

} // namespace gf::ui
