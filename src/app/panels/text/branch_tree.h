#pragma once
// The branches of the text as a tree: each below the one that it left, with the tokens that it begins with.
// Used by the Text panel.

#include "app/view/panel.h"

#include <imgui.h>

#include <string>
#include <vector>

namespace gf::ui {

class BranchTree {
  public:
    /// Draws into the rectangle of this size at the cursor.
    void draw(const Snapshot& snapshot, Commands& commands, ImVec2 size);

  private:
    struct Row {
        int branch = 0;      ///< index in Snapshot::tree
        int depth = 0;       ///< 0: a root
        int parent_row = -1; ///< index in rows_
        std::string text, label;
    };
    bool is_current(const Snapshot& snapshot) const;
    void rebuild(const Snapshot& snapshot);
    void add_with_children(const Snapshot& snapshot, int branch, int depth, int parent_row);
    bool draw_row(const Row& row, bool chosen, float top, float width) const;

    std::vector<Row> rows_;
    /// What the row of a branch was made from.
    struct RowSource {
        std::shared_ptr<const std::vector<TokenOrigin>> origins;
        int n_tokens;
        bool operator==(const RowSource&) const = default;
    };
    static RowSource row_source(const BranchView& branch);
    std::vector<RowSource> row_sources_; ///< by index in Snapshot::tree
    int scrolled_to_branch_ = -1;
};

} // namespace gf::ui
