#pragma once
// The gradients of the text, and of the source that it reads: computed again, layer by layer, whenever the
// text has changed. Used by the Engine.

#include "core/passes/gradients.h"
#include "session/run.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace gf {

class GradientDesk {
  public:
    /// What is wanted of the first `rows` rows of this run. To be called after everything that can change one
    /// of these. Null: the run is not complete yet. What a layer that is computed again takes must fit the
    /// budget.
    void update(const std::shared_ptr<const Trace>& run, int rows,
                const std::optional<GradientTarget>& target, std::size_t trace_budget);
    /// Whether something is wanted that is not there yet and can be had.
    bool is_behind() const { return is_wanted() && !is_done_; }
    /// Goes back over the next layer. @throws Error if the gradients cannot be had after all
    void compute_slice();
    int n_done() const { return pass_ ? pass_->n_done() : 0; } ///< layers, of n_layers()
    int n_layers() const;
    std::size_t bytes() const;
    /// Gives a published run, of the text or of its source, its gradients, or says why there are none.
    void show(Run& run) const;

  private:
    bool is_wanted() const { return target_ && run_ && refused_.empty(); }

    std::optional<GradientTarget> target_;
    std::shared_ptr<const Trace> run_;
    int rows_ = 0;
    std::string_view refused_; ///< why this run has no gradients of this target; empty: it has
    bool is_done_ = false;
    std::unique_ptr<GradientPass> pass_; ///< under way
    RunGradients found_;
};

} // namespace gf
