#pragma once
// What Flow draws between and around its heat maps: the residual stream, ribbons, folded layers, labels and
// outlines. Colour says what something is, opacity how much of it there is. FlowPanel makes one in every
// frame.

#include "app/host/item_recorder.h"
#include "app/panels/flow/flow_columns.h"
#include "app/view/selection.h"
#include "app/view/view.h"
#include "measures/stream_measures.h"

#include <imgui.h>

#include <optional>

namespace gf::ui {

struct FlowPicture {
    ImDrawList& list;
    const FlowLayout& layout;
    const View& view;
    const StreamMeasures& measures;
    int row_in_view = 0; ///< the row of the token in view

    /// The area around the unfolded layer.
    void draw_well() const;
    /// The line of each token that everything adds to, and ribbons for what is written to it.
    void draw_stream() const;
    /// Curves from the values to z, one for each attention weight.
    void draw_value_ribbons() const;
    /// Marks beside K the keys that the query of the token in view finds.
    void draw_matched_keys() const;
    /// A folded layer at a glance, from left to right: what attention, attention to the source and the MLP
    /// write.
    void draw_folded(const FlowColumn& column) const;
    /// What the model would write after each token, with bars for the probabilities.
    void draw_next(const FlowColumn& column) const;
    /// The tokens, left of the columns.
    void draw_labels() const;
    /// Frames the token in view in Q and in the matrices.
    void draw_row_in_view() const;
    void draw_edit_marks(const FlowColumn& column) const;
    /// Outlines the cell in focus, what it is computed from, and what it feeds.
    void draw_highlights(const FlowColumn& column, const Selection& selection) const;

  private:
    /// What a site of the unfolded layer has in this run, whatever is compared.
    SiteValues values_of(Site site) const { return {view.run.view(), {site, layout.layer}}; }
    int first_row() const;
    int end_row() const;
    int row_step() const;
    bool shows(const FlowColumn& column, const CellRange& cells) const;
    std::optional<UiRect> rect_of(const FlowColumn& column, const CellRange& cells) const;
    void draw_outline(const FlowColumn& column, const CellRange& cells, ImU32 colour, float thickness) const;
    void draw_ribbon(float x0, float x1, int row, ImU32 colour, float opacity) const;
    struct Sublayers;
    void draw_writes(const Sublayers& columns, int row) const;
    void draw_curves(const FlowColumn& gather, int query) const;
    template <class F>
    void for_each_label(F draw) const;
};

/// What stands beside a row in the last column: the model's likeliest next token or, behind the text's last
/// row, the token that is or will be drawn there. Probabilities are those of the raw logits.
Prediction prediction_beside(const View& view, const StreamMeasures& measures, int row);
/// Whether that is the drawn token.
bool is_row_of_draw(const View& view, int row);

/// The dot beside rows that changed because tokens came or went behind them.
void draw_changed_mark(ImDrawList& list, ImVec2 middle);

} // namespace gf::ui
