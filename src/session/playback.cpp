#include "session/playback.h"

namespace gf {

double Playback::due_time() const {
    if (steps_left_ > 0) return k_at_once;
    if (!playing_) return k_never;
    return limit_ > 0 ? last_due_ + 1 / limit_ : k_at_once;
}

void Playback::note_token(double now) { last_due_ = now - due_time() < 1 / limit_ ? due_time() : now; }

int Playback::draw(const Branch& b, int position, const SamplingChain& chain, const DrawKey& key) {
    const Trace& trace = *b.trace();
    const real* logits = trace.row(Site::logits, -1, position - 1);
    sampler_.sample({logits, static_cast<std::size_t>(trace.config().d_vocab)},
                    {trace.tokens(), static_cast<std::size_t>(position)}, chain, key, sample_step_);
    return sample_step_.token;
}

void Playback::note_decoded(double seconds) {
    seconds_per_token_ = seconds_per_token_ > 0 ? 0.9 * seconds_per_token_ + 0.1 * seconds : seconds;
}

} // namespace gf
