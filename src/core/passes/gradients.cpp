#include "core/passes/gradients.h"

#include "core/kernels/kernels.h"
#include "platform/error.h"

#include <algorithm>
#include <utility>

namespace gf {
namespace {

/// The mean cross-entropy of the tokens that follow the first rows - 1 rows, and the gradients of the logits.
double next_token_loss(const Trace& run, int rows, Trace& gradients) {
    const int n = run.config().d_vocab;
    const double weight = 1.0 / (rows - 1);
    double nats = 0;
    for (int r = 0; r + 1 < rows; ++r) {
        const real* logits = run.row(Site::logits, -1, r);
        const int next = run.tokens()[r + 1];
        nats += static_cast<double>(log_sum_exp(logits, n) - logits[next]);
        cross_entropy_backward(logits, n, next, weight, gradients.row(Site::logits, -1, r));
    }
    return nats / (rows - 1);
}

/// The value of the target; writes the gradients of the logits, which are 0 so far.
double seed_logits(const Trace& run, int rows, const GradientTarget& target, Trace& gradients) {
    if (target.of == GradientOf::loss) return next_token_loss(run, rows, gradients);
    const real* logits = run.row(Site::logits, -1, target.row);
    real* d = gradients.row(Site::logits, -1, target.row);
    d[target.token] += 1;
    if (target.of == GradientOf::logit) return static_cast<double>(logits[target.token]);
    d[target.other] -= 1;
    return static_cast<double>(logits[target.token]) - static_cast<double>(logits[target.other]);
}

/// The run itself, once it is known that the target can be had from it.
const std::shared_ptr<const Trace>& checked_run(const std::shared_ptr<const Trace>& run, int rows,
                                                const GradientTarget& target) {
    check_target(target, run->config(), rows);
    return run;
}

} // namespace

void check_target(const GradientTarget& target, const ModelConfig& c, int rows) {
    const auto require = [](bool ok, const std::string& expected, const std::string& found) {
        if (!ok) throw Error({"gradients", expected, found, ""});
    };
    require(c.has_logits(), "a model that predicts tokens",
            "a model of head '" + std::string(name(c.head)) + "'");
    if (target.of == GradientOf::loss)
        return require(rows >= 2, "two tokens or more (the loss is that of the next token)",
                       rows == 1 ? "one token" : std::to_string(rows));
    require(target.row >= 0 && target.row < rows, "a row from 0 to " + std::to_string(rows - 1),
            std::to_string(target.row));
    for (const int token : {target.token, target.of == GradientOf::difference ? target.other : target.token})
        require(token >= 0 && token < c.d_vocab, "a token id from 0 to " + std::to_string(c.d_vocab - 1),
                std::to_string(token));
}

GradientPass::GradientPass(const std::shared_ptr<const Trace>& run, int rows, const GradientTarget& target,
                           RunGradientOptions options)
    : run_(checked_run(run, rows, target), rows, options.keep), n_run_layers_(run->config().n_layers),
      n_layers_(n_run_layers_) {
    if (run->source()) {
        source_ = std::make_unique<Backward>(run->shared_source(), run->source()->n_tokens(), options.keep);
        n_layers_ += run->source()->config().n_layers;
    }
    if (options.params) result_.params.resize(run->weights().size());
    result_.value = seed_logits(*run, rows, target, run_.sites());
    run_.begin(result_.params);
}

bool GradientPass::advance() {
    Backward& at = n_done_++ < n_run_layers_ ? run_ : *source_;
    if (!at.advance()) return false;
    if (!source_ || &at == source_.get()) return true;
    source_->seed_output(run_.sites());
    source_->begin(result_.params);
    return false;
}

RunGradients GradientPass::take() {
    result_.sites = run_.shared_sites();
    if (source_) result_.source = source_->shared_sites();
    return std::move(result_);
}

RunGradients gradients(const std::shared_ptr<const Trace>& run, int rows, const GradientTarget& target,
                       RunGradientOptions options) {
    GradientPass pass(run, rows, target, options);
    while (!pass.advance()) {
    }
    return pass.take();
}

} // namespace gf
