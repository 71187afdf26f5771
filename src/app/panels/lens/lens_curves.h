#pragma once
// Beside the grid of the panel Lens, on the same lines: how the probability of single tokens grows through
// the layers at the token in view, and how far each point is from the output on average.

#include "app/panels/lens/lens_scene.h"
#include "app/widgets/line_buffer.h"

#include <string>
#include <vector>

namespace gf::ui {

class LensCurves {
  public:
    static float width(); ///< of both, in pixels
    /// Draws from `area.min.y`, where the headings stand, to its lower edge; the legend stands below the
    /// lines.
    void draw(const LensScene& scene, const UiRect& area);

  private:
    void choose_tokens(const LensScene& scene);
    void draw_place(const LensScene& scene, const UiRect& area);
    void draw_legend(const LensScene& scene, const UiRect& area);
    void draw_pin_field(const LensScene& scene);
    void draw_to_go(const LensScene& scene, const UiRect& area);

    std::vector<int> tokens_; ///< those with a curve: that of the output, the pinned ones, frequent guesses
    std::string typed_;
    LineBuffer line_;
};

/// The pins with a token added, or taken away if it is there, as the option says it: "12 403".
std::string with_pin_switched(std::span<const int> pins, int token);

} // namespace gf::ui
