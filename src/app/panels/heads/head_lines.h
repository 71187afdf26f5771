#pragma once
// One head as lines for the Head panel: keys on top, queries below, and a curve for each weight. Where there
// are more curves than can be told apart, only the strongest are drawn.

#include "app/panels/heads/head_context.h"
#include "app/view/token_row.h"
#include "app/widgets/heat_map_widget.h"

#include "measures/score_range.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadLines {
  public:
    void draw(const HeadContext& context);
    /// The queries in view, as drawn last: [first_token, end_token).
    int first_token() const { return queries_.first; }
    int end_token() const { return queries_.end; }

  private:
    struct Curve {
        int head = 0;
        AttentionCell cell;
        float value = 0;
        float strength = 0; ///< 0 to 1
    };
    /// The tokens in view along the top or the bottom.
    struct TokenWindow {
        int first = 0, end = 0;
        int every = 1; ///< how many tokens share a label
        std::vector<float> edges;
        TokenSlots slots() const { return {first, edges, every}; }
        bool contains(int token) const { return token >= first && token < end; }
    };
    /// All that curves_ depends on.
    struct CurveInputs {
        ValueSource values;
        HeadRef head;
        Site site = Site::pattern;
        int cursor = 0, first = 0, end = 0, n_keys = 0;
        bool shows_taken = false;
        bool operator==(const CurveInputs&) const = default;
    };
    void choose_window(const HeadContext& context, float width);
    void lay_out_queries(const HeadContext& context, float left, float width);
    void lay_out_source(const HeadContext& context, float left, float width);
    float strength(const HeadContext& context, float value) const;
    void measure_scale(const HeadContext& context);
    void collect_curves(const HeadContext& context);
    void collect_curves_of_query(const HeadContext& context);
    const Curve* curve_at(const UiRect& canvas, ImVec2 point) const;
    void handle_canvas(const HeadContext& context, const UiRect& canvas);
    void handle_labels(const HeadContext& context, const UiRect& keys, const UiRect& queries);
    void draw_curves(const HeadContext& context, const UiRect& canvas) const;
    void draw_curve(const HeadContext& context, const Curve& curve, const UiRect& canvas,
                    bool stands_out) const;
    void draw_labels(const HeadContext& context, const UiRect& keys, const UiRect& queries);
    void draw_outlines(const HeadContext& context, const UiRect& keys, const UiRect& queries) const;
    void outline_tokens(const HeadContext& context, bool are_keys, int begin, int end, const UiRect& band,
                        void (*draw_outline)(ImDrawList&, const UiRect&)) const;
    void draw_meanings(const HeadContext& context, const UiRect& canvas) const;
    std::string_view write_hidden_tokens(const HeadContext& context);
    void show_all(const HeadContext& context);
    void draw_caption(const HeadContext& context, const UiRect& line);
    void write_strongest(const HeadContext& context);

    HeatMapView zoom_; ///< a map of one row whose columns are the queries: its zoom chooses those in view
    bool zoomed_ = false;
    TokenWindow queries_, keys_; ///< the same tokens in self-attention
    int query_in_view_ = 0;      ///< the one whose curves stand out
    std::vector<ImU32> label_colours_;

    CurveInputs curve_inputs_;
    std::vector<int> curve_heads_;       ///< the heads that they are of
    std::vector<Curve> curves_;          ///< the strongest ones of all queries in view, weak ones first
    std::vector<Curve> curves_of_query_; ///< all of query_in_view_, weak ones first
    int n_visible_curves_ = 0;           ///< how many there are that could be seen, drawn or not
    float largest_score_ = 1;
    ScoreRange score_range_;
    std::vector<real> row_; ///< working memory
    fmt::memory_buffer text_, hidden_text_;
};

} // namespace gf::ui
