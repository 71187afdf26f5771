#pragma once
// The text that an encoder reads, as tokens, in front of what the decoder writes.

#include "app/item_recorder.h"
#include "app/panel.h"
#include "app/sampling/line_buffer.h"
#include "app/widgets.h"

#include <vector>

namespace gf {

class SourceLine {
  public:
    /// Of its tokens, in pixels.
    static float width(const Snapshot& snapshot, TextSize size);
    /// "Source" from rect.min.x on, its tokens from `left` on, in one line; what does not fit scrolls with
    /// the wheel.
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands, const UiRect& rect,
              float left, TextSize size);

  private:
    void draw_token(const Snapshot& snapshot, int position, Selection& selection, Commands& commands,
                    TextSize size);
    void outline_tokens(const Snapshot& snapshot, const Selection& selection) const;
    std::vector<UiRect> places_; ///< of this frame, by position
    LineBuffer line_;
};

} // namespace gf
