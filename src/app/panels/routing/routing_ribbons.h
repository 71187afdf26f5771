#pragma once
// The upper part of the panel Routing: a box for each expert, to scale of its load, and ribbons from the
// tokens into the experts that they visit.

#include "app/panels/routing/routing_scene.h"
#include "app/widgets/line_buffer.h"

namespace gf::ui {

class RoutingRibbons {
  public:
    /// Draws into `area`, whose lower edge is where the tokens stand.
    void draw(const RoutingScene& scene, const UiRect& area);

  private:
    struct Ribbon {
        int token, slot, expert;
        float gate;
        bool dropped;
        float top[2], bottom[2]; ///< left and right ends, in pixels
    };
    void place_boxes(const RoutingScene& scene, const UiRect& area);
    void place_ribbons(const RoutingScene& scene);
    void draw_box(const RoutingScene& scene, int expert);
    void draw_shared(const RoutingScene& scene);
    void draw_ribbons(const RoutingScene& scene, float y0, float y1) const;
    void draw_gates(const RoutingScene& scene, float y);

    std::vector<UiRect> boxes_; ///< by expert; then that of the shared ones, if there are some
    std::vector<Ribbon> ribbons_;
    std::vector<float> used_; ///< by expert: how far its box is filled with visits
    LineBuffer line_;
};

} // namespace gf::ui
