// The layer in view of a run that is too long to keep everything.

#include "platform/error.h"
#include "session/engine.h"

namespace gf {
namespace {

/// A layer that is computed again may take this multiple of the trace budget, besides the run itself.
constexpr double k_max_layer_share = 1.25;
constexpr int k_layer_rows_per_slice =
    256; ///< rows of the layer computed between two looks at the command queue

} // namespace

void Engine::run(const command::ViewLayer& c) {
    wanted_layer_run_ = has_run() ? run_named(c.run, "") : Run::k_text;
    wanted_layer_ = c.layer;
}

void Engine::run(const command::SetTraceBudget& c) {
    if (!(c.megabytes >= 1 && c.megabytes <= 1e6))
        throw Error({"trace budget", "1 to 1000000 MB", std::to_string(c.megabytes), ""});
    trace_budget_ = static_cast<std::size_t>(c.megabytes * 1048576);
}

void Engine::compute_layer_slice() {
    layer_view_->compute(view_of(layer_run()).rows, k_layer_rows_per_slice);
}

/// Makes layer_view_ that of the wanted layer in the present run, if the run does not keep it and the budget
/// allows. Called after everything that can change the run or the wanted layer.
void Engine::update_layer_view() {
    const std::shared_ptr<const Trace> run = has_run() ? view_of(layer_run()).trace : nullptr;
    const bool wanted = run && run->shape().keep == Keep::residual && wanted_layer_ >= 0 &&
                        wanted_layer_ < run->config().n_layers;
    if (wanted && layer_view_ && layer_view_->run() == run && layer_view_->layer() == wanted_layer_) return;
    layer_view_.reset();
    refused_layer_bytes_ = 0;
    if (!wanted) return;
    const auto bytes = static_cast<double>(LayerView::bytes(*run, wanted_layer_));
    if (bytes > k_max_layer_share * static_cast<double>(trace_budget_))
        refused_layer_bytes_ = bytes;
    else
        layer_view_ = std::make_unique<LayerView>(run, wanted_layer_);
}

} // namespace gf
