#pragma once
// The patterns of all heads: by layer and head as a grid, or by a role's score as a flow.

#include "app/view/attention_rows.h"
#include "app/view/panel.h"
#include "app/widgets/heat_map_widget.h"
#include "app/widgets/motion.h"
#include "core/head_roles.h"

#include <fmt/format.h>

namespace gf::ui {

class HeadsGrid {
  public:
    /// Sends rows that are new to the card, those of a long text over several frames.
    void update(const Snapshot& snapshot, Attention attention);
    /// `sort`: none is the grid. `area` is filled as well as maps of a sensible shape can; more scrolls.
    void draw(const Snapshot& snapshot, const HeadRoles& roles, std::optional<HeadRole> sort,
              Selection& selection, Commands& commands, const UiRect& area);
    /// Of all maps, as drawn last.
    float height() const { return size_.y; }

  private:
    struct Order {
        std::optional<HeadRole> sort;
        int rows = 0, cursor = 0;
        bool operator==(const Order&) const = default;
    };
    struct Room {
        float width, height;
        bool operator==(const Room&) const = default;
    };
    void sort_heads(const Snapshot& snapshot, const HeadRoles& roles, std::optional<HeadRole> sort);
    void arrange_grid(const ModelConfig& config, const Room& room);
    void arrange_flow(const ModelConfig& config, const Room& room);
    void draw_heads(const Snapshot& snapshot, const HeadRoles& roles, Selection& selection,
                    Commands& commands);
    void draw_maps(const Snapshot& snapshot, ImVec2 origin);
    void draw_margins(const ModelConfig& config, ImVec2 origin);
    void draw_head(const Snapshot& snapshot, const HeadRoles& roles, int index, Selection& selection,
                   Commands& commands, ImVec2 origin);
    void explain(const Snapshot& snapshot, const HeadRoles& roles, HeadRef head);
    UiRect shown(int index, ImVec2 origin) const;

    HeatMapWidget maps_;
    HeatMapView view_;
    std::vector<HeatMapPlace> places_;
    std::vector<float> marked_; ///< a row on its way to the card
    std::shared_ptr<const Trace> trace_;
    Attention attention_ = Attention::self;
    int held_ = 0; ///< rows that the card has

    Order order_for_;
    std::vector<int> order_, previous_; ///< heads (layer * n_heads + head) as shown now and before
    std::vector<double> scores_;        ///< by head, of the role they are sorted by
    std::vector<UiRect> tiles_,
        from_;          ///< by head, relative to the upper left corner: where they go and come from
    ImVec2 size_{0, 0}; ///< of all tiles
    Glide glide_;

    PatternEntropy entropy_;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
