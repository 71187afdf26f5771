#pragma once
// The backward pass: what a small change of every value and parameter does to a loss. It reads the Trace that
// forward() wrote, which is the record that automatic differentiation calls a tape, and writes its gradients
// at the same sites.

#include "core/expert_visits.h"
#include "core/trace.h"

#include <Eigen/Core>

#include <memory>
#include <span>
#include <vector>

namespace gf {

/// Gradients of one number, the loss, of a Trace's run. Kept for runs that follow each other with the same
/// Trace (restart()).
class Backward {
  public:
    /// `keep`: all, to look at the gradient of every site; or layers, for training, which needs less memory.
    /// A Trace that keeps layers is computed again layer by layer on the way back (gradient checkpointing,
    /// Chen et al. 2016): nothing else changes. Throws Error if `run` keeps neither.
    explicit Backward(Trace& run, Keep keep = Keep::all);
    ~Backward();

    /// d loss / d site, in the layout of the run. Before run(), whoever knows the loss writes the gradients
    /// of the outputs here: of every computed row of the output site (output_site()); of expert_weights and
    /// router_logits, if the loss reads them (else they are 0). Afterwards every site has its gradient, with
    /// respect to the value before dropout and edits of that site.
    Trace& sites() { return *sites_; }
    const Trace& sites() const { return *sites_; }

    /// Goes back over all rows of the run. The gradients of the parameters, in the layout of Weights, are
    /// added to `params` (Weights::size() values); none are computed if it is empty. Which expert a token
    /// visits is taken as given.
    void run(std::span<real> params);

    /// Of the encoder of an encoder-decoder: what the decoder's gradients say of hook_encoder_out is that of
    /// its output. Before run(), in place of a loss.
    void seed_output(const Trace& decoder_gradients);

    /// Zeroes the gradients that losses may write of the inside: expert_weights and router_logits.
    void clear();

  private:
    friend class detail::BackwardPass;
    Trace& run_;
    std::unique_ptr<Trace> sites_;
    bool seeded_ =
        false; ///< the gradient of the output is that with the last norm's gain and bias, in sites_->normed_
    // Sums of vectors depend on where these begin: always at the same place relative to a register.
    using Scratch = std::vector<real, Eigen::aligned_allocator<real>>;
    Scratch normed_; ///< [row, d_model]
    Scratch mixed_;  ///< of experts: three times [row, d_model or d_mlp]
    detail::ExpertVisits visits_;
};

} // namespace gf
