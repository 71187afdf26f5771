#pragma once
// The newest message, on a card that floats over the panels: it moves nothing, and covers neither the mouse
// nor what has the keyboard. A message of the session (Snapshot::message) goes before one of the window
// itself, which is about settings, layouts or a window command. Used by the Workbench.

#include "app/host/ui_rect.h"
#include "app/view/panel.h"
#include "session/notice_desk.h"

#include <cstdint>
#include <string>

namespace gf::ui {

class NoticeCard {
  public:
    /// Messages of the window's own.
    NoticeDesk& window() { return window_; }
    const NoticeDesk& window() const { return window_; }
    /// Whether the person closed the session's newest message.
    bool was_dismissed(const Snapshot& snapshot) const {
        return snapshot.message_number == dismissed_message_number_;
    }

    /// Once a frame. Draws the card into `area`, in pixels, if there is a message. Without a run the start
    /// page shows the session's message instead.
    void draw(const Snapshot& snapshot, const UiRect& area, Commands& commands);

  private:
    void place(const UiRect& area, ImVec2 size, std::uint64_t number);
    void draw_content(const Snapshot& snapshot, bool from_session, Commands& commands);

    NoticeDesk window_;
    std::string message_with_glyphs_; ///< its characters were asked for
    std::uint64_t dismissed_message_number_ = 0;
    /// Where the card stands, and what it was placed for: it stays there while its message does.
    ImVec2 at_{};
    UiRect placed_in_{};
    ImVec2 placed_size_{};
    std::uint64_t placed_number_ = 0;
};

} // namespace gf::ui
