// Masks of the text, and what they do.

#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>

namespace gf {

void Engine::run(const command::SetMasks& c) {
    require_run("masks");
    RunSetup setup = state_.setup;
    setup.masks = c.masks;
    change_setup(std::move(setup));
}

void Engine::run(const command::PaintMask& c) {
    require_run("paint-mask");
    RunSetup setup = state_.setup;
    setup.masks = painted(std::move(setup.masks), c.stroke);
    change_setup(std::move(setup));
}

void Engine::run(const command::FindMaskEffects& c) {
    require_run("mask-effects");
    mask_questions_ = c.on ? std::optional(c.questions) : std::nullopt;
}

/// What masks do to the tokens shown. While the text is computed, what was found of the text before stays.
void Engine::update_mask_effects() {
    if (!mask_questions_ || !has_run())
        mask_effects_.look_at(nullptr, 0, {});
    else if (!text_is_pending())
        mask_effects_.look_at(shown_text().trace(), std::min(state_.text.cursor, shown_text().rows()),
                              *mask_questions_);
}

void Engine::compute_mask_effects() {
    mask_effects_.advance(rows_per_slice(mask_effects_.found()->run->config()));
    if (!mask_effects_.is_behind()) settle_memory();
}

} // namespace gf
