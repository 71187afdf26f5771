#include "app/sampling/next_draw.h"

namespace gf {

void NextDraw::propose(const SamplingChain& chain) {
    chain_ = chain;
    ahead_ = true;
}

void NextDraw::update(const Snapshot& s) {
    if (s.chain == chain_) ahead_ = false;
    if (!ahead_) chain_ = s.chain;
    const bool same_place = trace_ == s.run().trace && row_ == s.last_row();
    if (same_place && computed_ == chain_ && key_ == s.next_draw) return;
    trace_ = s.run().trace;
    row_ = s.last_row();
    computed_ = chain_;
    key_ = s.next_draw;
    ++version_;
    const real* logits = trace_->row(Site::logits, -1, row_);
    sampler_.sample({logits, static_cast<std::size_t>(s.config().d_vocab)},
                    {trace_->tokens(), static_cast<std::size_t>(s.cursor)}, chain_, key_, step_);
}

NextDraw& next_draw() {
    static NextDraw draw;
    return draw;
}

} // namespace gf
