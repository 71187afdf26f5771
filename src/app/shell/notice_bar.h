#pragma once
// The line below the top bar with the newest message. A message of the session (Snapshot::message) goes
// before one of the window itself, which is about settings, layouts or a window command. Used by the
// Workbench.

#include "app/view/panel.h"

#include <cstdint>
#include <string>

namespace gf::ui {

class NoticeBar {
  public:
    /// Height in design lengths.
    static constexpr float k_height = 40;

    /// Shows a message of the window's own in place of the one before.
    void set_window_message(std::string message) { window_message_ = std::move(message); }
    /// The message of the window's own; empty: none.
    const std::string& window_message() const { return window_message_; }
    /// Whether the person closed the session's newest message.
    bool was_dismissed(const Snapshot& snapshot) const {
        return snapshot.message_number == dismissed_message_number_;
    }

    /// Once a frame. Draws the bar at `top`, if there is a message, and returns where the space below it
    /// begins; both in pixels. Without a run the start page shows the session's message instead.
    float draw(const Snapshot& snapshot, float top, Commands& commands);

  private:
    void draw_buttons(const Snapshot& snapshot, bool from_session, float width, Commands& commands);

    std::string window_message_;
    std::string message_with_glyphs_; ///< its characters were asked for
    std::uint64_t dismissed_message_number_ = 0;
};

} // namespace gf::ui
