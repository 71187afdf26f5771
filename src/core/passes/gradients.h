#pragma once
// The gradients of a published run: how one number, the GradientTarget, changes with every value of the run
// and of the source that it reads, and with every parameter. One function for `trace --gradients`, the
// session and the tests; training, whose losses are of other kinds, has the backward pass and the gradient of
// the cross-entropy in common with it.

#include "core/gradient_target.h"
#include "core/passes/backward.h"

#include <memory>
#include <vector>

namespace gf {

/// What is known of the gradients of one run.
struct RunGradients {
    double value = 0;                      ///< of the target
    std::shared_ptr<const Trace> sites;    ///< in the layout of the run
    std::shared_ptr<const Trace> source{}; ///< in the layout of the encoder's run; null: there is none
    std::vector<real> params{};            ///< in the layout of Weights; empty unless asked for
};

struct RunGradientOptions {
    /// Gradients that stay, also those of the source: Keep::all, or Keep::residual, which takes no more
    /// memory than such a run does.
    Keep keep = Keep::all;
    bool params = false;
};

/// The computation in parts, each of which goes back over one layer. Reads the first `rows` rows of the run
/// and all of its source, while others read them and the run's own thread appends to it.
class GradientPass {
  public:
    /// @throws Error if the model gives no logits, if there are too few rows for the target, if its tokens
    /// are outside the vocabulary, or as Backward does
    GradientPass(const std::shared_ptr<const Trace>& run, int rows, const GradientTarget& target,
                 RunGradientOptions options = {});
    /// Goes back over the next layer. Returns whether that was the last one.
    bool advance();
    int n_done() const { return n_done_; } ///< layers
    int n_layers() const { return n_layers_; }
    std::size_t bytes() const { return run_.bytes() + (source_ ? source_->bytes() : 0); }
    /// Of a complete pass.
    RunGradients take();

  private:
    Backward run_;
    std::unique_ptr<Backward> source_;
    RunGradients result_;
    int n_done_ = 0;
    int n_run_layers_; ///< of the run's own stack
    int n_layers_;     ///< of both
};

/// All at once. @throws Error as GradientPass does
RunGradients gradients(const std::shared_ptr<const Trace>& run, int rows, const GradientTarget& target,
                       RunGradientOptions options = {});

/// @throws Error if gradients of the target cannot be had from a run of so many rows
void check_target(const GradientTarget& target, const ModelConfig& config, int rows);

} // namespace gf
