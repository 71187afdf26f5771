#pragma once
// The score of a query and a key by how far apart they stand, as a curve, and below it the part of each pair
// of dimensions. A press on either moves the key there. Used by the drawing of RoPE.

#include "app/panels/positions/rope_score.h"

namespace gf::ui {

class RopeDistances {
  public:
    void draw(const StageContext& c, const RopeScore& score, const UiRect& area, int& distance);

  private:
    void measure_curve(const RopeScore& score, int n);
    void draw_curve(const RopeScore& score, const UiRect& chart) const;
    void draw_parts(const RopeScore& score, const UiRect& map, int hovered) const;
    void draw_sum(const RopeScore& score, const UiRect& area) const;

    std::vector<double> scores_; ///< [distance]
    double least_ = 0, greatest_ = 0, greatest_part_ = 0;
};

} // namespace gf::ui
