#include "core/passes/read_out.h"

#include "core/kernels/kernels.h"
#include "core/passes/forward_pass.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

ReadOut::ReadOut(std::shared_ptr<const Weights> weights) {
    const ModelConfig& c = weights->config;
    if (!c.has_logits())
        throw Error(
            {"read-out", "a model that gives logits", "one of head '" + std::string(name(c.head)) + "'", ""});
    std::shared_ptr<Trace> source;
    if (c.has_encoder()) // it is not read, but a decoder has one
        source = std::make_shared<Trace>(weights, TraceShape{1, Keep::cache, Stack::encoder});
    row_ = std::make_shared<Trace>(std::move(weights), TraceShape{1}, RunSetup(), source);
    row_->append(std::vector{0});
}

std::span<const real> ReadOut::logits(const real* stream) {
    const ModelConfig& c = row_->config();
    const Site last = c.norms_stream() ? Site::normalized_resid_post : Site::resid_post;
    std::copy_n(stream, c.d_model, row_->row(last, c.n_layers - 1, 0));
    detail::ForwardPass(*row_, 0, 1).read_out();
    return {row_->row(Site::logits, -1, 0), static_cast<std::size_t>(c.d_vocab)};
}

std::span<const real> ReadOut::unembedded() {
    find_unembedded(*row_, 0, unembedded_);
    return unembedded_;
}

void find_unembedded(const Trace& run, int row, std::vector<real>& out) {
    const ModelConfig& c = run.config();
    const StackWeights& w = run.stack();
    const bool masked = c.head == OutputHead::masked_tokens;
    out.resize(static_cast<std::size_t>(c.d_model));
    if (!masked && c.norms_stream())
        std::copy_n(run.row(Site::normalized_resid_post, c.n_layers - 1, row), c.d_model, out.data());
    else
        apply_gain_and_bias(run.row(masked ? Site::mlm_ln_normalized : Site::ln_final_normalized, -1, row),
                            masked ? w.mlm_ln_gain : w.ln_final_gain, static_cast<real>(c.gain_offset),
                            masked ? w.mlm_ln_bias : w.ln_final_bias, out.data(), c.d_model);
}

} // namespace gf
