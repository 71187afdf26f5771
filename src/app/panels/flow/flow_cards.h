#pragma once
// What stands beside Flow's rows: the other stack of an encoder-decoder, folded to one card, and at the right
// what classifiers and models of text embeddings end with. Drawn by FlowPanel.

#include "app/host/item_recorder.h"
#include "app/panels/flow/flow_columns.h"
#include "app/view/panel.h"
#include "app/view/pooled_output.h"
#include "app/widgets/line_buffer.h"

#include <imgui.h>

#include <memory>
#include <vector>

namespace gf::ui {

class FlowCards {
  public:
    /// Width in pixels of the other stack's card.
    static float width();
    /// Width in pixels that the card takes together with the gap beside it; 0 if the model has one stack
    /// only.
    static float width_with_gap(const View& view);
    /// Draws the run that this one reads, or that reads this one: its tokens, and what is read of each of
    /// them. A click on its name shows it in all panels.
    void draw_other_run(const View& view, const FlowLayout& layout, float left, Selection& selection,
                        Commands& commands);
    /// Draws the classes or the pooled vector in the last column. In models of tokens it draws nothing.
    void draw_output(const View& view, const FlowLayout& layout, Selection& selection, Commands& commands);

  private:
    void draw_stack_name(const View& view, const UiRect& box, Commands& commands);
    void draw_source_row(const View& view, const FlowLayout& layout, const UiRect& row, int position,
                         Selection& selection, Commands& commands);
    void handle_source_row(const View& view, const UiRect& row, const UiRect& strip, int position,
                           Selection& selection, Commands& commands);
    void draw_classes(const View& view, const FlowLayout& layout, Selection& selection, Commands& commands);
    void draw_pooled(const View& view, const FlowLayout& layout, Selection& selection, Commands& commands);

    std::vector<ClassProbability> classes_;
    std::shared_ptr<const Trace> encoder_trace_; ///< the run that encoder_vmax_ was measured in
    float encoder_vmax_ = 1;                     ///< where the colours of the encoder's output are full
    LineBuffer line_;
};

} // namespace gf::ui
