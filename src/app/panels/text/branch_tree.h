#pragma once
// The branches of the text as a thin tree: each below the one that it left, with the tokens that it begins
// with.

#include "app/view/panel.h"

#include <imgui.h>

#include <string>
#include <vector>

namespace gf::ui {

class BranchTree {
  public:
    /// In the rectangle of this size at the cursor.
    void draw(const Snapshot& snapshot, Commands& commands, ImVec2 size);

  private:
    struct Row {
        int branch = 0, depth = 0, parent_row = -1;
        std::string text, label;
    };
    bool is_current(const Snapshot& snapshot) const;
    void rebuild(const Snapshot& snapshot);
    void add(const Snapshot& snapshot, int branch, int depth, int parent_row);
    bool row(const Row& row, bool chosen, float top, float width);

    std::vector<Row> rows_;
    // What they were made for.
    struct Made {
        std::shared_ptr<const Trace> trace;
        int rows;
    };
    std::vector<Made> made_;
    int shown_ = -1; ///< the branch that was scrolled to
};

} // namespace gf::ui
