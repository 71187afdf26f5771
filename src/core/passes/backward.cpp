#include "core/passes/backward.h"

#include "core/passes/backward_pass.h"
#include "core/passes/row_blocks.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {
namespace {

[[noreturn]] void refuse_backward(const std::string& expected, const std::string& found) {
    throw Error({"backward", expected, found, ""});
}

/// A Trace for all sites of one layer of the run, which each layer in turn is computed in.
std::shared_ptr<Trace> trace_of_a_layer(const Trace& run, int rows) {
    TraceShape shape = run.shape();
    shape.keep = Keep::all;
    shape.layer = 0;
    auto layer = std::make_shared<Trace>(run.shared_weights(), shape, run.setup(), run.shared_source());
    layer->append({run.tokens(), static_cast<std::size_t>(rows)});
    for (int r = 0; run.source() && r < run.row_capacity(Site::encoder_out); ++r)
        std::copy_n(run.row(Site::encoder_out, -1, r), run.config().d_model,
                    layer->row(Site::encoder_out, -1, r));
    return layer;
}

} // namespace

Backward::Backward(Trace& run, Keep keep) : run_(run) {
    if (run.shape().keep != Keep::all && run.shape().keep != Keep::layers)
        refuse_backward("a run that keeps everything, or every layer's input", "one that keeps less");
    if (keep != Keep::all && keep != Keep::layers)
        refuse_backward("gradients of everything, or of layers", "fewer");
    if (run.shape().keep == Keep::layers) recomputed_ = &run;
    sites_ = run.zeros(keep);
    gradients_ = sites_.get();
    allocate_scratch();
}

Backward::Backward(std::shared_ptr<const Trace> run, int rows, Keep keep)
    : inside_(run->shape().keep == Keep::all || !run->kept(Site::resid_pre) ? nullptr
                                                                            : trace_of_a_layer(*run, rows)),
      published_(new Trace(run, inside_, rows)), run_(*published_), recomputed_(inside_.get()) {
    if (run->shape().keep != Keep::all && !inside_)
        refuse_backward("a run that keeps the residual stream", "one that keeps less");
    if (keep == Keep::cache) refuse_backward("gradients of the residual stream or more", "fewer");
    refuse_rows_that_read_later_ones();
    sites_ = run_.zeros(keep);
    gradients_ = sites_.get();
    if (keep == Keep::residual) {
        inside_gradients_ = run_.zeros(Keep::all, 0);
        all_gradients_.reset(new Trace(sites_, inside_gradients_, 0));
        gradients_ = all_gradients_.get();
    }
    allocate_scratch();
}

Backward::~Backward() = default;

void Backward::allocate_scratch() {
    const auto rows = static_cast<std::size_t>(run_.capacity());
    const ModelConfig& c = run_.config();
    norm_output_.resize(rows * static_cast<std::size_t>(c.d_model));
    if (c.has_logits() && (c.logit_cap > 0 || c.logit_scale != 1))
        raw_logits_.resize(rows * static_cast<std::size_t>(c.d_vocab));
    if (c.score_cap > 0) {
        const int n_keys = std::max(run_.n_keys(), run_.source() ? run_.source()->n_keys() : 0);
        raw_scores_.resize(static_cast<std::size_t>(detail::RowBlocks::k_max_rows * n_keys));
    }
    if (!c.is_moe()) return;
    expert_scratch_.resize(3 * rows * static_cast<std::size_t>(std::max({c.d_model, c.d_mlp, c.n_experts})));
    expert_load_.resize(static_cast<std::size_t>(c.n_experts));
}

void Backward::refuse_rows_that_read_later_ones() const {
    const int rows = run_.n_tokens();
    for (int r = 0; r < rows; ++r)
        if (run_.plan(r).key_end > rows)
            refuse_backward("all rows that row " + std::to_string(r) + " reads",
                            "the first " + std::to_string(rows) + " rows");
}

std::size_t Backward::bytes() const {
    std::size_t sum = 0;
    for (const Trace* t : {inside_.get(), sites_.get(), inside_gradients_.get()}) sum += t ? t->bytes() : 0;
    return sum;
}

void Backward::zero_router_gradients() {
    const ModelConfig& c = run_.config();
    if (!c.is_moe()) return;
    for (int l = 0; l < c.n_layers; ++l)
        for (int r = 0; r < run_.n_tokens(); ++r)
            for (const Site site : {Site::expert_weights, Site::router_logits})
                std::fill_n(gradients_->row(site, l, r), c.n_experts, real(0));
}

void Backward::run(std::span<real> params) {
    begin(params);
    while (!advance()) {
    }
}

void Backward::begin(std::span<real> params) {
    if (!params.empty() && params.size() != run_.weights().size())
        refuse_backward("room for " + std::to_string(run_.weights().size()) + " gradients",
                        std::to_string(params.size()));
    pass_ = std::make_unique<detail::BackwardPass>(*this, params);
    pass_->begin();
}

bool Backward::advance() {
    if (!pass_->advance()) return false;
    pass_.reset();
    output_is_seeded_ = false;
    return true;
}

void Backward::seed_output(const Trace& decoder_gradients) {
    if (run_.shape().stack != Stack::encoder || !decoder_gradients.source() ||
        decoder_gradients.row_capacity(Site::encoder_out) != run_.n_tokens())
        refuse_backward("the gradients of a decoder that reads this encoder's run", "others");
    const ModelConfig& c = run_.config();
    const bool pre = !c.norms_stream();
    for (int r = 0; r < run_.n_tokens(); ++r)
        std::copy_n(decoder_gradients.row(Site::encoder_out, -1, r), c.d_model,
                    pre ? gradients_->norm_output_ + static_cast<std::ptrdiff_t>(r) * c.d_model
                        : gradients_->row(Site::normalized_resid_post, c.n_layers - 1, r));
    output_is_seeded_ = pre;
}

} // namespace gf
