#pragma once
// The lower part of the panel Routing: the text with a mark for each visit, and below it every layer's
// experts by tokens, shaded by the router's weights, with the visits and gates, and beside each expert its
// visits.

#include "app/panels/routing/routing_scene.h"
#include "app/widgets/line_buffer.h"
#include "render/colour_map.h"

namespace gf::ui {

class RoutingMap {
  public:
    /// Room at the left for layers and experts, at the right for the visits. Pixels.
    static float left_margin();
    static float right_margin();
    /// Height in pixels of the text and its marks.
    static float text_height();

    /// Draws the text between `y` and y + text_height().
    void draw_text(const RoutingScene& scene, float y);
    /// Draws the maps into `area`, of as many layers as have room, and a legend below.
    void draw(const RoutingScene& scene, const UiRect& area);

  private:
    struct Place {
        UiRect cells; ///< of one layer
        float row = 0;
        int layer = 0;
    };
    void draw_layer(const RoutingScene& scene, const Place& place);
    void draw_cells(const RoutingScene& scene, const Place& place);
    void draw_visits(const RoutingScene& scene, const Place& place);
    void draw_legend(const RoutingScene& scene, const UiRect& line, int first, int end);
    void handle_mouse(const RoutingScene& scene, const Place& place);

    std::vector<ImU32> label_colours_;
    LineBuffer line_;
};

} // namespace gf::ui
