#include "session/layer_desk.h"

#include "core/passes/forward.h"

#include <algorithm>

namespace gf {
namespace {

/// A layer that is computed again may take this multiple of the trace budget, besides the run itself.
constexpr double k_max_share = 1.25;
constexpr int k_max_rows_per_slice = 256; ///< rows of the layer computed between two looks at the queue

} // namespace

void LayerDesk::update(const std::shared_ptr<const Trace>& run, std::size_t trace_budget) {
    const bool wanted =
        run && run->shape().keep == Keep::residual && wanted_ >= 0 && wanted_ < run->config().n_layers;
    if (wanted && view_ && view_->run() == run && view_->layer() == wanted_) return;
    view_.reset();
    refused_bytes_ = 0;
    if (!wanted) return;
    const auto bytes = static_cast<double>(LayerView::bytes(*run, wanted_));
    if (bytes > k_max_share * static_cast<double>(trace_budget))
        refused_bytes_ = bytes;
    else
        view_ = std::make_unique<LayerView>(run, wanted_);
}

void LayerDesk::compute_slice(int rows) { view_->compute(rows, k_max_rows_per_slice); }

void LayerDesk::show(Run& run) const {
    run.layer.bytes = refused_bytes_;
    if (is_behind(run.rows)) {
        run.layer.rows = view_->rows();
    } else if (view_) {
        run.layer.index = view_->layer();
        run.trace = view_->trace();
    }
}

} // namespace gf
