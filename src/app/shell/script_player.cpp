#include "app/shell/script_player.h"

#include "app/host/frame_request.h"

namespace gf::ui {

void ScriptPlayer::advance(Session& session, Commands& commands) {
    const Snapshot& s = session.latest();
    if (waits_) {
        const bool is_done = session.n_posted() > n_posted_before_ && s.n_applied == session.n_posted();
        if (!is_done || !s.is_settled) return;
        waits_ = false;
    }
    while (!left_.empty() && !waits_) {
        if (std::holds_alternative<SessionCommand>(left_.front())) {
            n_posted_before_ = session.n_posted();
            waits_ = true;
        }
        commands.post(std::move(left_.front()));
        left_.pop_front();
        request_frame();
    }
}

} // namespace gf::ui
