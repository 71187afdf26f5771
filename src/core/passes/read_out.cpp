#include "core/passes/read_out.h"

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

} // namespace gf
