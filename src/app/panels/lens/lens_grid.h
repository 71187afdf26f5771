#pragma once
// The grid of the panel Lens: for each token of the text and each point of the stream the likeliest token,
// its probability, and the rank of what the output says.

#include "app/panels/lens/lens_scene.h"
#include "app/view/token_row.h"
#include "app/widgets/line_buffer.h"

#include <optional>

namespace gf::ui {

/// A cell of the grid under the mouse.
struct LensCell {
    int row = 0, point = 0;
};

class LensGrid {
  public:
    static float left_margin();
    /// Heights above the first line and below the last one.
    static float head_height();
    static float foot_height();
    /// Width of a token's column from which on words are written.
    static float least_column();
    /// Draws the tokens of `slots`. Returns the cell under the mouse.
    std::optional<LensCell> draw(const LensScene& scene, const TokenSlots& slots);

  private:
    void draw_labels(const LensScene& scene, float left, float right);
    void draw_cell(const LensScene& scene, const LensGuess& guess, int row, const UiRect& box);
    void draw_settled(const LensScene& scene, const TokenSlots& slots) const;
    void draw_text(const LensScene& scene, const TokenSlots& slots);
    void draw_next(const LensScene& scene, const TokenSlots& slots);
    std::optional<LensCell> handle_mouse(const LensScene& scene, const TokenSlots& slots);

    std::vector<ImU32> label_colours_;
    LineBuffer line_;
};

} // namespace gf::ui
