// Watches, and where they stop playing.

#include "platform/error.h"
#include "session/engine.h"

namespace gf {

void Engine::run(const command::SetWatch& c) {
    require_run("watch");
    watches_.set(c.text, c.stops, current().trace()->config());
}

void Engine::run(const command::RemoveWatch& c) { watches_.remove(c.text); }

void Engine::run(const command::RunUntil& c) {
    require_run("run-until");
    watches_.run_until(c.condition, current().trace()->config());
    playback_.play();
}

/// Ends playing if a condition holds at the token that is shown now, and says which.
void Engine::stop_where_watched() {
    if (!playback_.is_playing() || !watches_.may_stop()) return;
    update_shown_part(); // the row of a text whose mask looks ahead is the one of the tokens shown
    const int at = state_.text.cursor - 1;
    const std::string reached = watches_.reached(view_of(Run::k_text), at);
    if (reached.empty()) return;
    playback_.stop();
    watches_.forget_until();
    notices_.note("Stopped at token " + std::to_string(at) + ": " + reached,
                  [this, branch = state_.text.shared_current(), at] {
                      return has_run() && state_.text.shared_current() == branch &&
                             state_.text.cursor == at + 1;
                  });
}

} // namespace gf
