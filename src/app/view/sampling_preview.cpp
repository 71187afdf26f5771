#include "app/view/sampling_preview.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr int k_max_likeliest = 200;

} // namespace

void SamplingPreview::propose(const SamplingChain& chain) {
    chain_ = chain;
    chain_is_ahead_ = true;
}

bool SamplingPreview::is_up_to_date(const Result& result, const View& v, int row, const DrawKey& key) const {
    return result.trace == v.run.trace && result.row == row && result.chain == chain_ && result.key == key;
}

void SamplingPreview::update(const View& v, int position) {
    if (v.snapshot.chain == chain_) chain_is_ahead_ = false;
    if (!chain_is_ahead_) chain_ = v.snapshot.chain;
    const int row = v.config().logits_row(position);
    DrawKey key = v.snapshot.next_draw;
    key.position = static_cast<std::uint32_t>(position);
    if (is_up_to_date(results_[current_], v, row, key)) return;
    current_ = 1 - current_;
    Result& r = results_[current_];
    if (is_up_to_date(r, v, row, key)) return;
    r.trace = v.run.trace;
    r.row = row;
    r.chain = chain_;
    r.key = key;
    r.version = ++last_version_;
    r.likeliest.clear();
    const real* logits = r.trace->row(Site::logits, -1, r.row);
    r.sampler.sample({logits, static_cast<std::size_t>(v.config().d_vocab)},
                     {r.trace->tokens(), static_cast<std::size_t>(v.cursor)}, chain_, r.key, r.step);
}

const std::vector<int>& SamplingPreview::likeliest() {
    Result& r = results_[current_];
    if (!r.likeliest.empty()) return r.likeliest;
    const int d_vocab = static_cast<int>(r.step.logits.size()), n = std::min(d_vocab, k_max_likeliest);
    if (r.step.stages.back().n_alive == d_vocab) { // nothing was cut: the sampler's ranking has all tokens
        const auto alive = r.sampler.alive_tokens(n);
        r.likeliest.assign(alive.begin(), alive.begin() + n);
    } else {
        top_ids(r.step.penalised, n, r.likeliest);
    }
    return r.likeliest;
}

SamplingPreview& sampling_preview() {
    static SamplingPreview preview;
    return preview;
}

int next_token(const View& v) {
    if (is_next_written(v)) return v.run.token(v.cursor);
    sampling_preview().update(v, v.cursor);
    return sampling_preview().step().token;
}

} // namespace gf::ui
