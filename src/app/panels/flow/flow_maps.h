#pragma once
// The heat maps behind Flow's strips and matrices: of the layer and head in focus, filled row by row.

#include "app/panels/flow/flow_columns.h"
#include "app/widgets/heat_map_widget.h"
#include "session/snapshot.h"

#include <array>

namespace gf::ui {

class FlowMaps {
  public:
    /// Reads rows that are new, or all again for another trace, layer or head: so many values at a time that
    /// the frame does not wait; asks for more frames until all are there.
    void update(const Snapshot& snapshot, const FlowLayout& layout);
    /// Draws a strip's or a matrix's visible rows into [column.x0, column.x1].
    void draw(ImDrawList& list, const FlowColumn& column, const FlowLayout& layout, int rows);
    /// How the site's values are coloured.
    ColourScale scale(Site site) const;
    /// Values of one row of the site as shown: of the head in focus, or all.
    static std::span<const real> values(const Trace& trace, const FlowColumn& column,
                                        const FlowLayout& layout, int row);
    /// Where a cell of a column is, in columns of its map (0 .. n).
    static int width(const Trace& trace, const FlowColumn& column);
    /// ... of them in view: of a matrix the keys among `rows` tokens, or all of the source.
    static int width_in_view(const Trace& trace, const FlowColumn& column, int rows);

  private:
    /// Maps of one width; sites that are shown share it.
    struct Group {
        HeatMapWidget maps;
        std::vector<FlowColumn> shown; ///< by map
        int rows = 0;                  ///< read so far
    };
    /// Sum of squares of what was read, for the colours: 3 times the root mean square is full.
    struct Moments {
        double squares = 0;
        std::size_t n = 0;
    };
    void fill(Group& group, const Snapshot& snapshot, const FlowLayout& layout);

    enum GroupOf { outside, model, head, mlp, experts, scores, weights, source_weights };
    static GroupOf group_of(const FlowColumn& column);
    std::array<Group, source_weights + 1> groups_;
    std::array<Moments, k_n_sites> moments_{};
    std::vector<real> row_; ///< a pattern row with masked cells marked
    std::shared_ptr<const Trace> trace_;
    int layer_ = -1, head_ = -1;
};

} // namespace gf::ui
