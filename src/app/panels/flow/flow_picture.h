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

/// The token after a row.
struct NextToken {
    int row = -1; ///< -1: it is not known
    int token = 0;
    double probability = 0;
};

/// What the row `query` listens to most; none where the run keeps no weights of the layer.
StrongestKey strongest_key(const View& view, const FlowLayout& layout, int query);

struct FlowPicture {
    ImDrawList& list;
    const FlowLayout& layout;
    const View& view;
    const StreamMeasures& measures;
    int row_in_view = 0; ///< the row of the token in view
    NextToken drawn;     ///< what comes after the last row, if that is known

    /// The area around the unfolded layer, and the row in view, tinted over the whole width.
    void draw_ground(float left, float right) const;
    /// The line of each token that everything adds to, and ribbons for what is written to it.
    void draw_stream() const;
    /// Curves from the keys to the row in view of the matrix, and from the values to z, one for each
    /// attention weight; and the way of the query to its row.
    void draw_attention_ribbons() const;
    /// A folded layer at a glance, from left to right: what attention, attention to the source and the MLP
    /// write.
    void draw_folded(const FlowColumn& column) const;
    /// What the model would write after each token, with bars for the probabilities.
    void draw_next(const FlowColumn& column) const;
    /// The tokens, left of the columns.
    void draw_labels() const;
    /// Frames the token in view in Q, z and the matrices, and the key and the value that it listens to most.
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
    void draw_curves(const FlowColumn& ribbons, int query) const;
    void draw_query_ribbon(const FlowColumn& seek) const;
    void draw_next_cell(const FlowColumn& column, const NextToken& next, int row, float middle) const;
    template <class F>
    void for_each_label(F draw) const;
};

/// The dot beside rows that changed because tokens came or went behind them.
void draw_changed_mark(ImDrawList& list, ImVec2 middle);

} // namespace gf::ui
