#pragma once
// The part of a head's text that the unrolled stages show: which queries and keys, and the values of all
// stages there. It is computed where something changed, and only that part, so that a text of thousands of
// tokens costs no more than a short one. Used by HeadUnrolled.

#include "app/panels/heads/head_context.h"
#include "app/widgets/heat_map_widget.h"
#include "measures/attention_stages.h"

#include <array>
#include <span>
#include <vector>

namespace gf::ui {

class UnrolledWindow {
  public:
    /// Chooses what is in view, what a person zoomed to or else as much as a stage of `room` pixels has room
    /// for: the newest tokens, or those around what is pinned. Then brings all values up to date.
    void update(const HeadContext& context, const UnrolledAttention& attention, ImVec2 room);

    const UnrolledAttention::Block& block() const { return inputs_.block; }
    bool holds(const AttentionCell& cell) const { return holds_query(cell.query) && holds_key(cell.key); }
    bool holds_query(int q) const { return q >= block().query_begin && q < block().query_end; }
    bool holds_key(int k) const { return k >= block().column_begin && k < block().column_end; }
    int n_queries() const { return block().query_end - block().query_begin; }
    int n_keys() const { return block().column_end - block().column_begin; }

    /// The middle of a query's row, or of a key's row or column, where the window is drawn along `length`
    /// pixels from `from` on.
    float middle_of_query(int q, float from, float length) const {
        return middle_of(q, zoom_.row0, zoom_.row1, from, length);
    }
    float middle_of_key(int k, float from, float length) const {
        return middle_of(k, zoom_.col0, zoom_.col1, from, length);
    }
    /// Sizes of a cell drawn along such a length.
    float query_size(float length) const { return length / (zoom_.row1 - zoom_.row0); }
    float key_size(float length) const { return length / (zoom_.col1 - zoom_.col0); }

    /// One value of a stage; the cell must be held.
    float value(AttentionStage stage, const AttentionCell& cell) const;
    /// The largest magnitude in view of the stages before the division, or behind it.
    float largest(AttentionStage stage) const;

    /// A heat map where it stands. Rows and columns of its view count from the first one in view.
    struct Picture {
        HeatMapWidget* maps = nullptr;
        PlacedHeatMap place;
        HeatMapView view;
        void draw() const { maps->draw(*ImGui::GetWindowDrawList(), {&place, 1}, view); }
    };
    Picture picture(AttentionStage stage, const UiRect& rect);
    Picture picture_of_values(const UiRect& rect); ///< rows are keys
    Picture picture_of_mixed(const UiRect& rect);  ///< rows are queries

    /// Lets the mouse, which is on the last item, zoom and pan. Returns whether it did.
    bool navigate(const UiRect& rect);
    /// Shows as much as can be shown at once.
    void show_all();
    /// Shows what is shown at first.
    void reset() { zoomed_ = false; }

  private:
    struct Inputs {
        ValueSource source;
        HeadRef head;
        Attention attention = Attention::self;
        int rows = 0;
        UnrolledAttention::Block block;
        bool operator==(const Inputs&) const = default;
    };
    static float middle_of(int i, float first, float last, float from, float length) {
        return from + (static_cast<float>(i) + 0.5f - first) * length / (last - first);
    }
    void choose(const HeadContext& context, ImVec2 room);
    void compute(const HeadContext& context, const UnrolledAttention& attention);
    void upload();
    Picture picture_of_vectors(int map, const UiRect& rect, float first, float last, int begin, int n);

    HeatMapView zoom_; ///< rows are queries and columns keys of the whole text
    bool zoomed_ = false;
    Inputs inputs_;
    std::array<std::vector<real>, k_n_attention_stages>
        stages_;                       ///< by AttentionStage: (queries, keys) of the block
    std::vector<real> values_, mixed_; ///< (keys, d_head), (queries, d_head)
    std::size_t d_head_ = 0;
    float largest_product_ = 0, largest_score_ = 0, largest_value_ = 0;
    std::vector<real> scratch_;
    HeatMapWidget stage_maps_, vector_maps_;
};

} // namespace gf::ui
