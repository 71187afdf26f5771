#pragma once
// The edits of the text and of the source that it reads, in order, and whether they count. Part of what undo
// brings back; the Engine asks it what to compute with.

#include "session/run.h"

#include <array>
#include <memory>
#include <vector>

namespace gf {

class EditDesk {
  public:
    using SharedEdits = std::shared_ptr<const std::vector<RunEdit>>; ///< never null

    const SharedEdits& of(int run) const { return edits_[run == Run::k_source ? 1 : 0]; }
    bool are_on() const { return are_on_; }
    bool empty(int run) const { return of(run)->empty(); }

    /// Makes these the edits of a run, and switches all edits on or off. Returns whether anything changed.
    bool change(int run, std::vector<RunEdit> edits, bool on);
    /// The edits of a run with this one. It takes the place of one of the same cells and kind, or else comes
    /// last; one that replaces values also ends all others of the same cells.
    std::vector<RunEdit> with(int run, const RunEdit& edit) const;
    /// The edits of a run without those of exactly these cells.
    std::vector<RunEdit> without(int run, const CellRange& cells) const;

  private:
    static const SharedEdits& none();

    std::array<SharedEdits, 2> edits_{none(), none()};
    bool are_on_ = true;
};

} // namespace gf
