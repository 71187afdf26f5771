// Gradients of the text and of its source.

#include "platform/error.h"
#include "session/engine.h"

namespace gf {

void Engine::run(const command::SetGradients& c) {
    if (!c.on) {
        if (state_.gradients) mark_undoable();
        state_.gradients.reset();
        return;
    }
    require_run("gradients");
    check_target(c.target, state_.model->config(), current().n_tokens());
    if (state_.gradients != c.target) mark_undoable();
    state_.gradients = c.target;
}

void Engine::update_gradients() {
    const bool is_complete = has_run() && current().is_complete();
    gradients_.update(is_complete ? shown_text().trace() : nullptr, is_complete ? shown_text().rows() : 0,
                      state_.gradients, memory_budget_);
}

bool Engine::gradients_are_due() const { return gradients_.is_behind() && playback_.steps_left() == 0; }

void Engine::compute_gradients() {
    const bool begins = gradients_.bytes() == 0;
    gradients_.compute_slice();
    if (begins || !gradients_.is_behind()) settle_memory();
}

} // namespace gf
