#pragma once
// One head as a matrix: rows are queries, columns keys. Zooms at the pointer, pans by dragging.

#include "app/panels/heads/head_scene.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"

namespace gf::ui {

class HeadMatrix {
  public:
    void draw(const HeadScene& scene);
    /// How many cells a pixel stands for; it shows the strongest.
    struct Pooled {
        int rows = 1, cols = 1;
        bool operator==(const Pooled&) const = default;
    };
    Pooled pooled() const { return pooled_; }

  private:
    struct Shape {
        UiRect matrix, caption;
        bool upright = false; ///< key labels run upwards
        bool beside = false;  ///< the caption stands to the right
    };
    void update(const HeadScene& scene);
    void choose_view(const HeadScene& scene, const UiRect& matrix);
    Shape shape(const HeadScene& scene) const;
    void handle_mouse(const HeadScene& scene, const HeatMapPlace& place);
    void outline(const HeadScene& scene, const HeatMapPlace& place) const;
    UiRect range_rect(const HeatMapPlace& place, int row0, int row1, int col0, int col1) const;
    void draw_query_labels(const HeadScene& scene, const UiRect& matrix, int lit) const;
    void draw_key_labels(const HeadScene& scene, const Shape& shape, int lit);
    void draw_caption(const HeadScene& scene, const Shape& shape);

    HeatMapWidget map_;
    HeatMapView view_;
    bool zoomed_ = false;
    Pooled pooled_;
    // What the card holds.
    std::shared_ptr<const Trace> trace_;
    HeadRef head_;
    Site site_ = Site::pattern;
    int held_ = 0;
    std::vector<float> marked_;

    ScoreRange range_;
    HeadCaption caption_;
    std::vector<float> edges_;
    std::vector<ImU32> inks_;
    fmt::memory_buffer text_, least_, greatest_;
};

} // namespace gf::ui
