#pragma once
// The text that an encoder reads, as tokens on one line. Used by the Text panel, above or in front of what
// the decoder writes.

#include "app/host/imgui_host.h"
#include "app/panels/text/token_outlines.h"
#include "app/view/panel.h"
#include "app/widgets/line_buffer.h"

#include <vector>

namespace gf::ui {

class SourceLine {
  public:
    /// The width of the tokens, in pixels.
    static float width(const View& view, TextSize size);
    /// Draws the title "Source" from rect.min.x on and the tokens from `tokens_left` on. Tokens that do not
    /// fit are reached with the wheel.
    void draw(const View& view, Selection& selection, Commands& commands, const UiRect& rect,
              float tokens_left, TextSize size);

  private:
    void draw_token(const View& view, int position, Selection& selection, Commands& commands, TextSize size);

    std::vector<PlacedToken> tokens_; ///< of this frame
    LineBuffer line_;
};

} // namespace gf::ui
