#pragma once
// The heat maps of Flow's strips and matrices, for the layer and head in focus. Used by FlowPanel, which
// draws them, and by FlowPicture, which asks where their cells are.

#include "app/panels/flow/flow_columns.h"
#include "app/view/view.h"
#include "app/widgets/heat_map_widget.h"

#include <array>

namespace gf::ui {

class FlowMaps {
  public:
    /// Reads rows that are new, or all again for another trace, layer or head. Reads only so many values at a
    /// time that the frame does not wait, and asks for more frames until all are there.
    void update(const View& view, const FlowLayout& layout);
    /// Draws a strip's or a matrix's visible rows between column.x0 and column.x1.
    void draw(ImDrawList& list, const FlowColumn& column, const View& view, const FlowLayout& layout);
    /// How the values of a site are coloured.
    ColourScale colour_scale(Site site) const;
    /// One row of a column's site as the column shows it, (n_columns): of the head in focus if the column
    /// shows one head, else whole.
    static std::span<const real> row_values(const RunView& view, const FlowColumn& column,
                                            const FlowLayout& layout, int row, std::vector<real>& scratch);
    /// Number of values in a row of the column's map.
    static int n_columns(const Trace& trace, const FlowColumn& column);
    /// Number of those that are in view: in a matrix the keys among the first `rows` tokens, or all tokens of
    /// the source; in a strip all.
    static int n_columns_in_view(const Trace& trace, const FlowColumn& column, int rows);

  private:
    /// Maps of the same width, which share a widget and are read at the same time.
    struct Group {
        HeatMapWidget maps;
        std::vector<FlowColumn> shown; ///< the column of each map
        int rows = 0;                  ///< read so far
    };
    /// What was read of a site. The colours are full at three times the root mean square.
    struct SquareSum {
        double squares = 0;
        std::size_t n = 0; ///< finite values
    };
    enum GroupId { outside, model, head, mlp, experts, scores, weights, source_weights, k_n_groups };
    static GroupId group_of(const FlowColumn& column);
    void restart(Group& group);
    void fill(Group& group, const View& view, const FlowLayout& layout);
    void add_squares(const Group& group, const RunView& view, const FlowLayout& layout, int row_end);

    /// Whether values of the site can be negative: differences always can.
    bool has_both_signs(Site site) const;

    std::array<Group, k_n_groups> groups_; ///< [GroupId]
    std::array<SquareSum, k_n_sites> square_sums_{};
    std::vector<real> row_; ///< working memory
    ValueSource source_;
    int layer_ = -1, head_ = -1;
};

} // namespace gf::ui
