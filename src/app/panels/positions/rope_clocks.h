#pragma once
// RoPE as clocks: each pair of dimensions turns at a speed of its own, a hand for the query and one for the
// key, and below each clock what the pair adds to the score. Used by the drawing of RoPE.

#include "app/panels/positions/rope_score.h"

namespace gf::ui {

/// Draws as many clocks as there is room for, the fastest first, into `area`.
class RopeClocks {
  public:
    void draw(const StageContext& c, const RopeScore& score, const UiRect& area);

  private:
    struct Layout {
        int n_shown = 0;
        float label_width = 0, slot = 0, radius = 0;
        float clocks_top = 0, turns_top = 0, parts_top = 0, parts_height = 0;
    };
    Layout lay_out(const RopeScore& score, const UiRect& area) const;
    void draw_labels(const RopeScore& score, const UiRect& area, const Layout& layout) const;
    void draw_clock(const StageContext& c, const RopeScore& score, int pair, ImVec2 middle, float radius);
    void draw_part(const RopeScore& score, int pair, const UiRect& slot) const;
};

} // namespace gf::ui
