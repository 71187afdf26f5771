#pragma once
// One head as a matrix for the Head panel: rows are queries, columns are keys. The wheel zooms at the
// pointer, dragging pans.

#include "app/panels/heads/head_context.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"

#include "measures/score_range.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadMatrix {
  public:
    void draw(const HeadContext& context);
    /// How many cells one pixel stands for, downwards and across; it shows the strongest of them.
    struct CellsPerPixel {
        int rows = 1, cols = 1;
        bool operator==(const CellsPerPixel&) const = default;
    };
    CellsPerPixel cells_per_pixel() const { return cells_per_pixel_; } ///< in the last draw()

  private:
    /// Where the parts are, and how they are drawn there.
    struct Layout {
        UiRect matrix, caption;
        bool has_upright_keys = false;   ///< key labels run upwards instead of along a line
        bool has_caption_beside = false; ///< the caption stands to the right instead of below
    };
    void upload(const HeadContext& context);
    Layout lay_out(const HeadContext& context) const;
    void choose_colours(const HeadContext& context);
    void choose_view(const HeadContext& context, const UiRect& matrix);
    void handle_mouse(const HeadContext& context, const PlacedHeatMap& place);
    void draw_outlines(const HeadContext& context, const PlacedHeatMap& place) const;
    UiRect rect_in_view(const PlacedHeatMap& place, int row_begin, int row_end, int col_begin,
                        int col_end) const;
    void draw_query_labels(const HeadContext& context, const UiRect& matrix, int lit) const;
    void draw_key_labels(const HeadContext& context, const Layout& layout, int lit);
    void draw_upright_key_labels(const HeadContext& context, const UiRect& matrix, int lit) const;
    void draw_meanings(const HeadContext& context, const Layout& layout) const;
    std::string_view write_hidden_rows(const HeadContext& context);
    void draw_caption(const HeadContext& context, const Layout& layout);
    void draw_legend(const HeadContext& context, const Layout& layout);

    HeatMapWidget map_;
    HeatMapView view_;
    bool zoomed_ = false;
    CellsPerPixel cells_per_pixel_;
    ScoreRange score_range_;

    // The values that the graphics card holds.
    ValueSource source_;
    HeadRef head_;
    Site site_ = Site::pattern;
    bool shows_taken_ = false;
    int n_uploaded_rows_ = 0;
    float largest_ = 0;     ///< magnitude in these rows, of gradients and what is taken
    std::vector<real> row_; ///< working memory

    // Working memory of the labels and the caption.
    std::vector<float> label_edges_;
    std::vector<ImU32> label_colours_;
    fmt::memory_buffer text_, least_, greatest_, hidden_text_;
};

} // namespace gf::ui
