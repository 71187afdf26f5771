#pragma once
// What stands beside Flow's rows: of an encoder-decoder the other stack, folded to one block, and at the
// right what classifiers and models of embeddings end with.

#include "app/host/item_recorder.h"
#include "app/panels/flow/flow_columns.h"
#include "app/view/other_output.h"
#include "app/view/panel.h"
#include "app/widgets/line_buffer.h"

#include <imgui.h>

#include <vector>

namespace gf::ui {

class FlowCards {
  public:
    /// Of the other stack's block, in pixels; with the space beside it, 0 without one.
    static float width();
    static float room(const Snapshot& snapshot);
    /// The other stack: its tokens and, of the encoder, what it gives for each of them. A click on its name
    /// shows it.
    void draw_stack(const Snapshot& snapshot, const FlowLayout& layout, float left, Selection& selection,
                    Commands& commands);
    /// Classes or the pooled vector in the last column.
    void draw_end(const Snapshot& snapshot, const FlowLayout& layout, Selection& selection,
                  Commands& commands);

  private:
    void draw_source_row(const Snapshot& snapshot, const FlowLayout& layout, const UiRect& row, int position,
                         Selection& selection, Commands& commands);
    void draw_classes(const Snapshot& snapshot, const FlowLayout& layout, Selection& selection,
                      Commands& commands);
    void draw_pooled(const Snapshot& snapshot, const FlowLayout& layout, Selection& selection,
                     Commands& commands);
    ColourScale scale_of(const Trace& trace, Site site, int rows);

    std::vector<ClassProbability> classes_;
    std::shared_ptr<const Trace> scaled_; ///< what scale_ is of
    float scale_ = 1;                     ///< three times the root mean square, as of Flow's other strips
    LineBuffer line_;
};

} // namespace gf::ui
