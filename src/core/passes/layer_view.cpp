#include "core/passes/layer_view.h"

#include "core/passes/forward_pass.h"
#include "platform/error.h"

#include <algorithm>

namespace gf {

/// Other threads may append to `run` behind its first `rows` rows meanwhile: nothing there is read.
Trace::Trace(const std::shared_ptr<const Trace>& run, const std::shared_ptr<const Trace>& layer_sites,
             int rows)
    : weights_(run->weights_), shape_(run->shape_), setup_(run->setup_), config_(run->config_),
      source_(run->source_), plan_(run->plan_), positions_(run->positions_), n_tokens_(rows),
      bytes_(run->bytes_ + (layer_sites ? layer_sites->bytes_ : 0)), tokens_(run->tokens_.size()),
      storage_(run->storage_), parts_{run, layer_sites} {
    std::copy_n(run->tokens_.begin(), rows, tokens_.begin());
    if (!layer_sites) return;
    for (std::size_t i = 0; i < storage_.size(); ++i)
        if (!storage_[i].kept && layer_sites->storage_[i].base) storage_[i] = layer_sites->storage_[i];
    norm_output_ = layer_sites->norm_output_;
}

TraceShape LayerView::shape_of(const Trace& run, int layer) {
    TraceShape shape = run.shape();
    shape.keep = Keep::all;
    shape.layer = layer;
    return shape;
}

std::size_t LayerView::bytes(const Trace& run, int layer) {
    return trace_bytes(run.weights().config_of(run.shape().stack), shape_of(run, layer), run.setup(),
                       run.source() ? run.source()->size() : SourceSize());
}

LayerView::LayerView(std::shared_ptr<const Trace> run, int layer) : run_(std::move(run)), layer_(layer) {
    if (layer < 0 || layer >= run_->config().n_layers || !run_->kept(Site::resid_pre))
        throw Error(
            {"layer view", "a layer of a run that keeps the residual stream", std::to_string(layer), ""});
    layer_sites_ =
        std::make_shared<Trace>(run_->shared_weights(), shape_of(*run_, layer), run_->setup(), run_->source_);
    combined_ = std::shared_ptr<Trace>(new Trace(run_, layer_sites_, 0));
    shown_ = combined_;
}

bool LayerView::compute(int rows, int max_rows) {
    const bool whole = run_->plan().looks_ahead() || run_->plan().needs_whole_segments();
    const int end = whole ? rows : std::min(rows, rows_ + max_rows),
              n = std::min(layer_sites_->n_tokens(), end);
    if (end <= rows_) return rows_ >= rows;
    layer_sites_->append({run_->tokens() + n, static_cast<std::size_t>(end - n)});
    std::copy(run_->tokens() + n, run_->tokens() + end, combined_->tokens_.begin() + n);
    combined_->n_tokens_ = end;
    for (int r = rows_; r < end; ++r) // resid_pre has its edits already
        std::copy_n(run_->row(Site::resid_pre, layer_, r), run_->config().d_model,
                    layer_sites_->row(Site::resid_pre, layer_, r));
    for (int r = 0; rows_ == 0 && run_->source() && r < run_->row_capacity(Site::encoder_out); ++r)
        std::copy_n(run_->row(Site::encoder_out, -1, r), run_->config().d_model,
                    layer_sites_->row(Site::encoder_out, -1, r));
    detail::ForwardPass(*layer_sites_, rows_, end).recompute_layer(layer_);
    rows_ = end;
    return rows_ >= rows;
}

} // namespace gf
