#pragma once
// What the forms of the Head panel (matrix, lines, unrolled) are given to draw and to act on.

#include "app/host/ui_rect.h"
#include "app/view/attention_rows.h"
#include "app/view/panel.h"
#include "measures/score_range.h"
#include "measures/value_lengths.h"

#include <span>
#include <vector>

namespace gf::ui {

/// One head of one attention, whose weights or scores are shown in `area`. Lives for one draw().
struct HeadContext {
    const View& view;
    Selection& selection;
    Commands& commands;
    HeadRef head;
    Attention attention = Attention::self;
    Site site = Site::pattern; ///< the pattern of the attention, or its scores
    UiRect area;
    /// The heads of the layer whose lines are drawn together, ascending; empty: `head` alone.
    std::span<const int> heads{};
    /// Of each key-value head, if weights are multiplied by |v| of the key: what the query takes from it.
    std::span<const ValueLengths> value_lengths{};

    /// The same for another head of the layer.
    HeadContext of(int other_head) const {
        HeadContext other = *this;
        other.head.head = other_head;
        return other;
    }
    bool shows_taken() const { return !value_lengths.empty(); }
    /// |v| by key, while shows_taken().
    std::span<const real> lengths() const {
        return value_lengths[static_cast<std::size_t>(head.head / view.config().group_size())].lengths();
    }
    bool shows_scores() const { return site == score_and_pattern_sites(attention).scores; }
    bool is_cross() const { return attention == Attention::cross; }
    int n_queries() const { return view.cursor; }
    int n_keys() const { return n_keys_in_view(view, attention); }
    /// The run whose tokens are the keys.
    const Run& key_run() const { return run_of_keys(view, attention); }
    /// The weight, score or what is taken of a cell; k_not_visible where it is masked.
    float value(const AttentionCell& cell) const;
    /// The same of a query's whole row, as SiteValues::row() gives it.
    std::span<const real> row(int query, std::vector<real>& scratch) const;
    /// Appends what a cell is, in words and numbers.
    void write_cell(fmt::memory_buffer& out, const AttentionCell& cell) const;
    /// The largest magnitude among the scores of the tokens shown.
    float largest_score(ScoreRange& range) const;
    /// The cell that is hovered in any panel, else the pinned one, if it is of this head and in view.
    std::optional<AttentionCell> cell_in_focus() const;
    /// Tells all panels that the mouse is on this cell.
    void point_at(const AttentionCell& cell) const;
    /// Pins the cell, or lets it go if it is pinned.
    void toggle_pin(const AttentionCell& cell) const;
    /// Alt and an arrow move the pinned cell, or pin `start` if none is pinned.
    void move_pin_by_keys(const AttentionCell& start) const;
    /// Opens the field in which a person types a value for the cell.
    void ask_for_value(const AttentionCell& cell) const;
    /// Calls f(cell) for the first cell of every edit of weights and scores of the head that is in view.
    template <class F>
    void for_each_edit(F f) const {
        for (const RunEdit& e : view.edits())
            if (is_in_matrix_of_head(e.range, attention, head) && e.range.row_begin < n_queries())
                f(AttentionCell{e.range.row_begin, e.range.column_begin});
    }
};

/// Whether a token is labelled where there is no room for all labels: every n-th one is, and the lit one
/// instead of its neighbours.
bool has_label(int token, int every, int lit);

/// Height in pixels of the line of words below both forms.
float head_caption_height();

/// Whether an item was clicked, and not dragged to pan it. `pressed` is what the item returned.
bool clicked_without_drag(bool pressed);

} // namespace gf::ui
