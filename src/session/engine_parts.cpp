// What the parts of the text's model do to the logits of a row.

#include "session/engine.h"

#include <algorithm>

namespace gf {

void Engine::run(const command::FindPartEffects& c) {
    require_run("part-effects");
    part_effects_row_ = c.row;
}

/// While the text is computed, what was found of the text before stays. A row that is not there is not asked
/// about.
void Engine::update_part_effects() {
    if (part_effects_row_ < 0 || !has_run())
        part_effects_.look_at(nullptr, -1);
    else if (!text_is_pending())
        part_effects_.look_at(part_effects_row_ < shown_text().rows() ? shown_text().trace() : nullptr,
                              part_effects_row_);
}

void Engine::compute_part_effects() {
    part_effects_.advance(rows_per_slice(part_effects_.found()->run->config()));
    if (!part_effects_.is_behind()) settle_memory();
}

} // namespace gf
