#include "core/passes/backward.h"

#include "core/passes/backward_pass.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

Backward::Backward(Trace& run, Keep keep) : run_(run) {
    if (run.shape().keep != Keep::all && run.shape().keep != Keep::layers)
        throw Error(
            {"backward", "a run that keeps everything, or every layer's input", "one that keeps less", ""});
    if (keep != Keep::all && keep != Keep::layers)
        throw Error({"backward", "gradients of everything, or of layers", "fewer", ""});
    sites_ = run.zeros(keep);
    const auto rows = static_cast<std::size_t>(run.capacity());
    const ModelConfig& c = run.config();
    norm_output_.resize(rows * static_cast<std::size_t>(c.d_model));
    if (c.is_moe())
        expert_scratch_.resize(3 * rows *
                               static_cast<std::size_t>(std::max({c.d_model, c.d_mlp, c.n_experts})));
}

Backward::~Backward() = default;

void Backward::zero_router_gradients() {
    const ModelConfig& c = run_.config();
    if (!c.is_moe()) return;
    for (int l = 0; l < c.n_layers; ++l)
        for (int r = 0; r < run_.n_tokens(); ++r)
            for (const Site site : {Site::expert_weights, Site::router_logits})
                std::fill_n(sites_->row(site, l, r), c.n_experts, real(0));
}

void Backward::run(std::span<real> params) {
    if (!params.empty() && params.size() != run_.weights().size())
        throw Error({"backward", "room for " + std::to_string(run_.weights().size()) + " gradients",
                     std::to_string(params.size()), ""});
    detail::BackwardPass(*this, params).run();
    output_is_seeded_ = false;
}

void Backward::seed_output(const Trace& decoder_gradients) {
    if (run_.shape().stack != Stack::encoder || !decoder_gradients.source() ||
        decoder_gradients.row_capacity(Site::encoder_out) != run_.n_tokens())
        throw Error({"backward", "the gradients of a decoder that reads this encoder's run", "others", ""});
    const ModelConfig& c = run_.config();
    const bool pre = c.norm_place == NormPlace::pre;
    for (int r = 0; r < run_.n_tokens(); ++r)
        std::copy_n(decoder_gradients.row(Site::encoder_out, -1, r), c.d_model,
                    pre ? sites_->norm_output_ + static_cast<std::ptrdiff_t>(r) * c.d_model
                        : sites_->row(Site::normalized_resid_post, c.n_layers - 1, r));
    output_is_seeded_ = pre;
}

} // namespace gf
