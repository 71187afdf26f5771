#pragma once
// The edits of the text and of the source that it reads, and whether they count. Part of what undo brings
// back; the Engine asks it what to compute with.

#include "core/edit.h"
#include "session/run.h"

#include <memory>
#include <vector>

namespace gf {

class EditDesk {
  public:
    using SharedEdits = std::shared_ptr<const std::vector<Edit>>; ///< never null

    const SharedEdits& of(int run) const { return run == Run::k_source ? source_ : text_; }
    bool are_on() const { return are_on_; }
    /// The edits of a run that count now.
    const std::vector<Edit>& active(int run) const { return are_on_ ? *of(run) : *none(); }
    bool empty(int run) const { return of(run)->empty(); }

    /// Makes these the edits of a run, and switches all edits on or off. Returns whether anything changed.
    bool change(int run, std::vector<Edit> edits, bool on);
    /// The edits of a run with this one added, or in the place of one of the same cells.
    std::vector<Edit> with(int run, const Edit& edit) const;
    /// The edits of a run without those of exactly these cells.
    std::vector<Edit> without(int run, const CellRange& cells) const;

  private:
    static const SharedEdits& none();

    SharedEdits text_ = none(), source_ = none();
    bool are_on_ = true;
};

} // namespace gf
