#pragma once
// The matrix of the Masks panel: which query may look at which key, and with what weight. Cells are painted
// with the mouse or with keys.

#include "app/panels/masks/mask_brush.h"
#include "app/panels/masks/mask_case.h"
#include "app/panels/masks/mask_presets.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

namespace gf::ui {

/// How the next stroke is painted, and what is written into hidden cells.
struct PaintOptions {
    BrushShape shape = BrushShape::cell;
    MaskScope scope{};
    bool shows_scores = false; ///< hidden cells show the score that they would have had
};

class MaskMatrix {
  public:
    /// Draws into `area`, with the labels of tokens beside and above the cells.
    void draw(const MaskCase& mask_case, const PaintOptions& options, const UiRect& area,
              Selection& selection, Commands& commands);
    /// Where the rows stand, after draw().
    const PlacedHeatMap& place() const { return place_; }
    const HeatMapView& view() const { return view_; }
    /// The hidden cell that is pointed at or pinned, whose score is explained; none while a stroke is drawn.
    std::optional<AttentionCell> hidden_cell_in_focus(const MaskCase& c, const Selection& selection) const;

  private:
    void upload(const MaskCase& c);
    void choose_view(const MaskCase& c);
    void handle_mouse(const MaskCase& c, const PaintOptions& options, const ButtonItem& item,
                      Selection& selection, Commands& commands);
    void handle_keys(const MaskCase& c, const PaintOptions& options, const ButtonItem& item,
                     const Selection& selection, Commands& commands);
    void paint_by_key(const MaskCase& c, BrushShape shape, const PaintOptions& options, bool erase,
                      const AttentionCell& at, Commands& commands);
    AttentionCell cursor(const MaskCase& c, const Selection& selection) const;
    UiRect rect_of(const PaintedCells& cells) const;
    void draw_paint(const MaskCase& c) const;
    void draw_stroke() const;
    void draw_focus(const MaskCase& c, const Selection& selection) const;
    void draw_numbers(const MaskCase& c, bool shows_scores);
    void draw_empty_rows(const MaskCase& c) const;
    void draw_labels(const MaskCase& c, const UiRect& area, const Selection& selection) const;

    HeatMapWidget map_;
    HeatMapView view_;
    PlacedHeatMap place_;
    bool zoomed_ = false;
    MaskBrush brush_;

    // The values that the graphics card holds.
    std::weak_ptr<const Trace> uploaded_;
    HeadRef uploaded_head_;
    int n_uploaded_rows_ = 0;
    std::vector<real> row_; ///< working memory

    // The scores of hidden cells, which are computed once for each run, head and length.
    std::weak_ptr<const Trace> scored_;
    HeadRef scored_head_;
    int n_scored_ = 0;
    std::vector<float> scores_; ///< [row, key]; NaN: visible
};

} // namespace gf::ui
