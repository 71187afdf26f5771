#pragma once
// The attention patterns of all heads in the panel Heads: in a grid of layers and heads, or sorted by their
// score of a role.

#include "app/panels/heads/shown_roles.h"
#include "app/view/attention_rows.h"
#include "app/view/panel.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/motion.h"
#include "measures/pattern_entropy.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadsGrid {
  public:
    /// Uploads new rows to the graphics card, those of a long text over several frames.
    void upload(const View& view, Attention attention);
    /// Without `sort` as a grid. The maps fill `area` as well as maps of a sensible shape can; what does not
    /// fit scrolls.
    void draw(const View& view, const ShownRoles& roles, std::optional<HeadRole> sort, Selection& selection,
              Commands& commands, const UiRect& area);
    float height() const { return size_.y; } ///< of all maps together in the last draw()
    int n_heads() const { return static_cast<int>(tiles_.size()); } ///< of all layers
    int n_hidden_heads() const { return n_hidden_; } ///< scrolled out of sight in the last draw()
    /// How many rows of the patterns stand in one line of pixels.
    int rows_per_pixel(const View& view) const;
    /// How weights, or what is shown in place of them, become colours.
    ColourScale colour_scale(const View& view) const;

  private:
    /// All that order_ depends on.
    struct SortInputs {
        std::optional<HeadRole> sort;
        int role_rows = 0, rows = 0;
        bool is_of_probe = false;
        bool operator==(const SortInputs&) const = default;
    };
    struct Room {
        float width, height;
    };
    void sort_heads(const View& view, const ShownRoles& roles, std::optional<HeadRole> sort);
    void arrange_grid(const ModelConfig& config, const Room& room);
    void arrange_flow(const ModelConfig& config, const Room& room);
    void draw_heads(const View& view, const ShownRoles& roles, Selection& selection, Commands& commands);
    void draw_maps(const View& view, ImVec2 origin);
    void draw_margins(const ModelConfig& config, ImVec2 origin);
    void draw_head(const View& view, const ShownRoles& roles, int index, Selection& selection,
                   Commands& commands, ImVec2 origin);
    void draw_head_marks(const View& view, HeadRef head, const UiRect& map, const Selection& selection);
    void draw_head_score(const View& view, const ShownRoles& roles, HeadRef head, const UiRect& map,
                         bool is_pinned, std::string_view name);
    void draw_tooltip(const View& view, const ShownRoles& roles, HeadRef head);
    UiRect tile_now(int index, ImVec2 origin) const;

    HeatMapWidget maps_; ///< map l * n_heads + h is head h of layer l
    HeatMapView view_;
    std::vector<PlacedHeatMap> places_;
    std::vector<real> row_; ///< working memory
    ValueSource source_;
    Attention attention_ = Attention::self;
    int n_uploaded_rows_ = 0;
    float largest_ = 0; ///< magnitude in these rows, of gradients

    // Heads are numbered as their maps.
    SortInputs sort_inputs_;
    std::vector<int> order_, order_before_; ///< heads as they follow each other now and before
    std::vector<double> scores_;            ///< score of each head for the role that they are sorted by
    std::vector<UiRect> tiles_;      ///< where each head goes, relative to the upper left corner of all
    std::vector<UiRect> glide_from_; ///< where each head comes from while it glides to its tile
    int n_hidden_ = 0;               ///< tiles that are not wholly in sight
    ImVec2 size_{0, 0};              ///< of all tiles together
    Glide glide_;

    PatternEntropy entropy_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
