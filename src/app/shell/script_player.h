#pragma once
// Carries out a list of commands one after the other, each when the session has done with those before: what
// a saved state and a picture to be shown are made of. Used by the Workbench.

#include "session/command.h"
#include "session/session.h"

#include <deque>
#include <vector>

namespace gf::ui {

class ScriptPlayer {
  public:
    /// Plays this list, in place of one that is under way.
    void play(std::vector<Command> script) { left_.assign(script.begin(), script.end()); }
    /// Plays this list before what is left of one that is under way.
    void play_first(const std::vector<Command>& script) {
        left_.insert(left_.begin(), script.begin(), script.end());
    }
    bool is_playing() const { return !left_.empty(); }
    /// Once a frame, before commands are carried out: appends to `due` what can be done now. Commands of the
    /// window go all at once, those of the session one by one.
    void advance(Session& session, std::vector<Command>& due);

  private:
    std::deque<Command> left_;
    std::uint64_t n_posted_before_ = 0; ///< Session::n_posted() when the last one was given to the session
    bool waits_ = false;
};

} // namespace gf::ui
