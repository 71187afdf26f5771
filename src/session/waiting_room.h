#pragma once
// Commands that need a text which is still being computed wait here, and those that come after them, so that
// their order stays. A command that makes the text another one sends them away: long work never keeps a
// person waiting. Used by the Engine.

#include "session/commands/session_commands.h"

#include <deque>

namespace gf {

class WaitingRoom {
  public:
    /// Keeps the command if it must wait, and returns whether it does. `text_is_pending`: some tokens of the
    /// text are not computed yet.
    bool keeps(const SessionCommand& command, bool text_is_pending);
    bool empty() const { return commands_.empty(); }
    SessionCommand take_first();

  private:
    std::deque<SessionCommand> commands_;
};

} // namespace gf
