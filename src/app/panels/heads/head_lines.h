#pragma once
// One head as lines: keys on top, queries below, a curve for each weight. Where there are more than can be
// told apart, the strongest.

#include "app/panels/heads/head_scene.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"

namespace gf::ui {

class HeadLines {
  public:
    void draw(const HeadScene& scene);
    /// After draw(): curves shown of all, and the tokens in view.
    int shown() const { return static_cast<int>(curves_.size()); }
    int total() const { return total_; }
    int first_token() const { return queries_.first; }
    int end_token() const { return queries_.end; }

  private:
    struct Curve {
        AttentionCell cell;
        float value = 0, strength = 0; ///< strength: 0 to 1
    };
    struct Line { ///< tokens in view along the top or bottom
        int first = 0, end = 0;
        int every = 1; ///< tokens that share a label
        std::vector<float> edges;
        TokenSlots slots() const { return {first, edges, every}; }
        bool holds(int token) const { return token >= first && token < end; }
    };
    struct Made { ///< what curves_ were made for
        std::shared_ptr<const Trace> trace;
        HeadRef head;
        Site site = Site::pattern;
        int cursor = 0, first = 0, end = 0, n_keys = 0;
        bool operator==(const Made&) const = default;
    };
    void choose_window(const HeadScene& scene, float width);
    void lay_out(const HeadScene& scene, float left, float width);
    void lay_out_source(const HeadScene& scene, float left, float width);
    void collect(const HeadScene& scene);
    float strength(const HeadScene& scene, float value) const;
    void add_curves_of(const HeadScene& scene, int query);
    void handle_canvas(const HeadScene& scene, const UiRect& canvas);
    std::optional<AttentionCell> curve_at(const UiRect& canvas, ImVec2 point) const;
    void handle_labels(const HeadScene& scene, const UiRect& keys, const UiRect& queries);
    void draw_curve(const HeadScene& scene, const Curve& curve, const UiRect& canvas, bool in_view) const;
    void draw_labels(const HeadScene& scene, const UiRect& keys, const UiRect& queries);
    void outline(const HeadScene& scene, const UiRect& keys, const UiRect& queries) const;
    void draw_caption(const HeadScene& scene, const UiRect& line);
    HeatMapView axis_; ///< its columns are the tokens in view
    bool zoomed_ = false;
    Line queries_, keys_; ///< of self-attention the same tokens
    int query_ = 0;       ///< the one whose curves stand out
    std::vector<ImU32> inks_;

    Made made_;
    std::vector<Curve> curves_, of_query_; ///< weak ones first
    int total_ = 0;
    float range_now_ = 1;
    ScoreRange range_;
    HeadCaption caption_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
