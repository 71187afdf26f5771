#include "session/gradient_desk.h"

#include "core/passes/layer_view.h"
#include "platform/error.h"

namespace gf {
namespace {

/// What is in memory while gradients are computed may take this multiple of the trace budget, besides the
/// run.
constexpr std::size_t k_layer_share = 2;

} // namespace

void GradientDesk::update(const std::shared_ptr<const Trace>& run, int rows,
                          const std::optional<GradientTarget>& target, std::size_t trace_budget) {
    if (run == run_ && rows == rows_ && target == target_) return;
    pass_.reset();
    found_ = {};
    run_ = target ? run : nullptr; // a run that nobody asks about is not kept alive
    rows_ = rows;
    target_ = target;
    refused_ = "";
    is_done_ = false;
    if (!target_ || !run_) return;
    try {
        check_target(*target_, run_->config(), rows_);
    } catch (const Error&) {
        // The command was right when it was given, and may be right again.
        refused_ = "the text does not have the row or the tokens that gradients were asked of";
    }
    // Values and gradients of one layer of either stack, where layers are computed again.
    for (const Trace* t : {run_.get(), run_->source()})
        if (t && t->shape().keep != Keep::all && 2 * LayerView::bytes(*t, 0) > k_layer_share * trace_budget)
            refused_ = "a layer of this run needs more memory than the trace budget";
}

void GradientDesk::compute_slice() {
    if (!pass_) {
        is_done_ = true; // so that what fails is not tried again
        const auto keeps_all = [](const Trace* t) { return !t || t->shape().keep == Keep::all; };
        const Keep keep = keeps_all(run_.get()) && keeps_all(run_->source()) ? Keep::all : Keep::residual;
        pass_ = std::make_unique<GradientPass>(run_, rows_, *target_, RunGradientOptions{.keep = keep});
        is_done_ = false;
        return;
    }
    if (!pass_->advance()) return;
    found_ = pass_->take();
    pass_.reset();
    is_done_ = true;
}

int GradientDesk::n_layers() const {
    if (!run_) return 0;
    return run_->config().n_layers + (run_->source() ? run_->source()->config().n_layers : 0);
}

std::size_t GradientDesk::bytes() const {
    if (pass_) return pass_->bytes();
    return (found_.sites ? found_.sites->bytes() : 0) + (found_.source ? found_.source->bytes() : 0);
}

void GradientDesk::show(Run& run) const {
    run.gradients = run.role == RunRole::source ? found_.source : found_.sites;
    if (run.gradients)
        run.why_no_gradients = "";
    else if (!refused_.empty())
        run.why_no_gradients = refused_;
    else if (target_)
        run.why_no_gradients = "the gradients are not computed yet";
}

} // namespace gf
