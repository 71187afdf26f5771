#pragma once
// The text that an encoder reads, as tokens, in front of what the decoder writes.

#include "app/host/item_recorder.h"
#include "app/view/panel.h"
#include "app/widgets/line_buffer.h"
#include "app/widgets/widgets.h"

#include <vector>

namespace gf::ui {

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

} // namespace gf::ui
