#pragma once
// What both forms of the Head panel, matrix and lines, are asked to show.

#include "app/host/item_recorder.h"
#include "app/view/attention_rows.h"
#include "app/view/panel.h"

namespace gf::ui {

struct HeadScene {
    const Snapshot& snapshot;
    Selection& selection;
    Commands& commands;
    HeadRef head;
    Attention attention = Attention::self;
    Site site = Site::pattern; ///< of the attention, or its scores
    UiRect area;

    bool scores() const { return site == sites_of(attention).scores; }
    bool cross() const { return attention == Attention::cross; }
    int n_queries() const { return snapshot.cursor; }
    int n_keys() const { return n_keys_in_view(snapshot, attention); }
    const RunView& keys() const { return key_run(snapshot, attention); } ///< whose tokens are the keys
    /// A value as the form shows it, masked cells marked.
    float value(const AttentionCell& cell) const;
    /// The hovered cell of any panel, else the pinned one, if it is of this head and in view of the text.
    std::optional<AttentionCell> cell_in_focus() const;
    /// The mouse is on this cell of ours.
    void point_at(const AttentionCell& cell) const;
    /// Pins it; once more: lets it go.
    void pin(const AttentionCell& cell) const;
    /// Opens the field for its value.
    void edit(const AttentionCell& cell) const;
    /// f(cell) for every edited weight and score of the head in view of the text.
    template <class F>
    void each_edit(F f) const {
        for (const Edit& e : *snapshot.edits)
            if (is_attention_of(e.range, attention, head) && e.range.row_begin < n_queries())
                f(AttentionCell{e.range.row_begin, e.range.column_begin});
    }
};

/// True on a release of the mouse that was no drag, for an item that also pans.
bool clicked_without_drag(bool pressed);

/// Largest magnitude among a head's scores, for a symmetric colour scale. Grows with the text; rows are read
/// once.
class ScoreRange {
  public:
    float upto(const std::shared_ptr<const Trace>& trace, Attention attention, HeadRef head, int rows);

  private:
    std::shared_ptr<const Trace> trace_;
    Attention attention_ = Attention::self;
    HeadRef head_;
    std::vector<float> largest_; ///< [rows]: of the first rows
};

/// One line: "weight 0 [ramp] 1", and the cell in focus in words, else `otherwise`.
class HeadCaption {
  public:
    static float height();
    void draw(const HeadScene& scene, const UiRect& line, std::string_view otherwise);

  private:
    fmt::memory_buffer text_;
};

} // namespace gf::ui
