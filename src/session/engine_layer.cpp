// The layer in view of a run that is too long to keep everything.

#include "core/error.h"
#include "core/site_names.h"
#include "session/engine.h"

#include <cmath>

namespace gf {
namespace {

constexpr double k_layer_share = 1.25; ///< of the trace budget, that one layer may take besides the run

} // namespace

void Engine::run(const command::ViewLayer& c) {
    layer_stack_ = stack_named(c.stack, "view-layer");
    layer_wanted_ = c.layer;
}

void Engine::run(const command::SetTraceBudget& c) {
    if (!(c.megabytes >= 1 && c.megabytes <= 1e6))
        throw Error({"trace budget", "1 to 1000000 MB", std::to_string(c.megabytes), ""});
    trace_budget_ = static_cast<std::size_t>(c.megabytes * 1048576);
}

/// After everything that can change the run, or what is looked at.
void Engine::follow_layer() {
    const std::shared_ptr<const Trace> run = has_run() ? run_of_layer().trace : nullptr;
    const bool wanted = run && run->shape().keep == Keep::residual && layer_wanted_ >= 0 &&
                        layer_wanted_ < run->config().n_layers;
    if (wanted && layer_ && layer_->run() == run && layer_->layer() == layer_wanted_) return;
    layer_.reset();
    layer_bytes_ = 0;
    if (!wanted) return;
    const auto bytes = static_cast<double>(LayerView::bytes(*run, layer_wanted_));
    if (bytes > k_layer_share * static_cast<double>(trace_budget_))
        layer_bytes_ = bytes;
    else
        layer_ = std::make_unique<LayerView>(run, layer_wanted_);
}

} // namespace gf
