#pragma once
// The upper part of the panel Attribution: a bar for each part from the running sum before it to that behind
// it, and below what switching the part off takes away.

#include "app/panels/attribution/attribution_scene.h"
#include "app/widgets/line_buffer.h"

#include <string>
#include <vector>

namespace gf::ui {

class Waterfall {
  public:
    /// Draws into the area. Returns the term under the mouse, or -1.
    int draw(const AttributionScene& scene, const UiRect& area);

  private:
    void place(const AttributionScene& scene, const UiRect& area);
    float y(double value) const;
    void draw_axis(const UiRect& area);
    void draw_bars(const AttributionScene& scene);
    void draw_numbers(const AttributionScene& scene);
    void draw_sum();
    void draw_names(const AttributionScene& scene, float top);
    void draw_effects(const AttributionScene& scene, const UiRect& area);
    int handle_mouse(const AttributionScene& scene, const UiRect& area);
    UiRect bar_column(std::size_t i, const UiRect& area) const;

    UiRect chart_;
    float step_ = 1;
    double least_ = 0, greatest_ = 1;
    std::vector<double> before_; ///< the running sum before each term, and behind the last one
    std::vector<std::string> names_;
    LineBuffer line_;
};

} // namespace gf::ui
