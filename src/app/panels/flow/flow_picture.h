#pragma once
// What Flow draws between and around its heat maps: the residual stream, ribbons, folded layers, labels,
// outlines. Colour says what, opacity how much.

#include "app/host/item_recorder.h"
#include "app/panels/flow/flow_columns.h"
#include "app/view/selection.h"
#include "core/stream_measures.h"
#include "session/snapshot.h"

#include <imgui.h>

#include <optional>

namespace gf::ui {

struct FlowPicture {
    ImDrawList& list;
    const FlowLayout& layout;
    const Snapshot& snapshot;
    const StreamMeasures& measures;
    int row = 0; ///< the token in view

    void draw_well() const;
    void draw_stream() const;       ///< the line that everything adds to, and what is written to it
    void draw_gather() const;       ///< from the values to z
    void draw_matched_keys() const; ///< beside K: which keys the query in view finds
    void draw_folded(const FlowColumn& column) const;
    void draw_next(const FlowColumn& column) const;
    void draw_labels() const;
    void draw_row_frames() const; ///< the token in view in Q and in the matrices
    void draw_edit_marks(const FlowColumn& column) const;
    void draw_lit(const FlowColumn& column, const Selection& selection) const;

  private:
    int first_row() const;
    int end_row() const;
    int step() const; ///< rows for each thing drawn: no finer than two pixels
    /// Whether cells of what the column shows are in the range.
    bool shows(const FlowColumn& column, const CellRange& cells) const;
    std::optional<UiRect> place_of(const FlowColumn& column, const CellRange& cells) const;
    void outline(const FlowColumn& column, const CellRange& cells, ImU32 colour, float thickness) const;
    void ribbon(float x0, float x1, int row, ImU32 colour, float how_much) const;
    template <class F>
    void each_label(F put) const;
};

} // namespace gf::ui
