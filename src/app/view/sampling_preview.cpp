#include "app/view/next_draw.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr int k_most_rows = 200;

} // namespace

void NextDraw::propose(const SamplingChain& chain) {
    chain_ = chain;
    ahead_ = true;
}

bool NextDraw::fits(const Made& made, const Snapshot& s, int row, const DrawKey& key) const {
    return made.trace == s.run().trace && made.row == row && made.chain == chain_ && made.key == key;
}

void NextDraw::update(const Snapshot& s, int position) {
    if (s.chain == chain_) ahead_ = false;
    if (!ahead_) chain_ = s.chain;
    const int row = s.config().logits_row(position);
    DrawKey key = s.next_draw;
    key.position = static_cast<std::uint32_t>(position);
    if (fits(made_[now_], s, row, key)) return;
    now_ = 1 - now_;
    Made& m = made_[now_];
    if (fits(m, s, row, key)) return;
    m.trace = s.run().trace;
    m.row = row;
    m.chain = chain_;
    m.key = key;
    m.version = ++newest_;
    m.likeliest.clear();
    const real* logits = m.trace->row(Site::logits, -1, m.row);
    m.sampler.sample({logits, static_cast<std::size_t>(s.config().d_vocab)},
                     {m.trace->tokens(), static_cast<std::size_t>(s.cursor)}, chain_, m.key, m.step);
}

const std::vector<int>& NextDraw::likeliest() {
    Made& m = made_[now_];
    if (!m.likeliest.empty()) return m.likeliest;
    const int d_vocab = static_cast<int>(m.step.logits.size()), n = std::min(d_vocab, k_most_rows);
    if (m.step.stages.back().n_alive == d_vocab) {
        const auto alive = m.sampler.alive(m.step, n);
        m.likeliest.assign(alive.begin(), alive.begin() + n);
    } else {
        top_ids(m.step.penalised, n, m.likeliest);
    }
    return m.likeliest;
}

NextDraw& next_draw() {
    static NextDraw draw;
    return draw;
}

} // namespace gf::ui
