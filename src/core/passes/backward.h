#pragma once
// The backward pass: the derivative of a loss by every value and parameter. It reads the Trace that forward()
// wrote, which is the record that automatic differentiation calls a tape, and writes the gradients into a
// second Trace with the same sites. Used by training (train/batch_gradient.h), by GradientPass for runs that
// are looked at, and by the tests.

#include "core/expert_visits.h"
#include "core/trace.h"

#include <Eigen/Core>

#include <memory>
#include <span>
#include <vector>

namespace gf {

/// The gradients of one number, the loss, that a Trace's run leads to.
class Backward {
  public:
    /// For whoever writes the run, which may be restarted with other tokens (Trace::restart()) between
    /// passes. `keep` says which gradients stay: those of all sites (Keep::all), to be looked at, or fewer
    /// (Keep::layers), which is enough for training and needs less memory. If `run` itself keeps layers, each
    /// layer is computed again in its scratch rows on the way back (gradient checkpointing, Chen et al.
    /// 2016), with the same result.
    /// @throws Error if `run` keeps less than that, or `keep` is neither
    explicit Backward(Trace& run, Keep keep = Keep::all);
    /// For a published run, which others read and append to meanwhile: of its first `rows` rows, and nothing
    /// of it is written. If it keeps the residual stream only, each layer is computed again in memory of its
    /// own. `keep` may also be Keep::residual, which takes no more memory than such a run does.
    /// @throws Error if the run keeps less, or its rows read later ones
    Backward(std::shared_ptr<const Trace> run, int rows, Keep keep = Keep::all);
    ~Backward();

    /// d loss / d site, in the layout of the run. Before run() the caller, who knows the loss, writes the
    /// gradient of every computed row of output_site() here. If the loss also reads expert_weights or
    /// router_logits, it writes their gradients, too; else they must be 0. Afterwards every site has its
    /// gradient, with respect to the value before dropout and edits of that site.
    Trace& sites() { return *sites_; }
    const Trace& sites() const { return *sites_; }
    std::shared_ptr<const Trace> shared_sites() const { return sites_; }

    /// Goes back over all rows of the run. The gradients of the parameters, in the layout of Weights, are
    /// added to `params`; none are computed if it is empty. Which expert a token visits is taken as given.
    /// @throws Error unless `params` is empty or has Weights::size() values
    void run(std::span<real> params);
    /// The same in parts: begin(), then advance() until it returns true. Each but the first goes back over
    /// one layer. `params` must stay until then.
    void begin(std::span<real> params);
    bool advance();

    /// For the encoder of an encoder-decoder, before run() and in place of a loss: the gradient of its output
    /// is what the decoder's backward pass found for hook_encoder_out.
    /// @throws Error if these are not the gradients of a decoder that reads this run
    void seed_output(const Trace& decoder_gradients);

    /// Zeroes the gradients of expert_weights and router_logits, to which losses of the router add theirs
    /// before run().
    void zero_router_gradients();

    /// Of the gradients and of layers that are computed again.
    std::size_t bytes() const;

  private:
    friend class detail::BackwardPass;
    void allocate_scratch();
    void refuse_rows_that_read_later_ones() const;

    std::shared_ptr<Trace> inside_; ///< the layer of a published run that is computed again; else null
    std::shared_ptr<const Trace> published_; ///< a published run's first rows, together with inside_
    const Trace& run_;                       ///< what is read
    Trace* recomputed_ = nullptr;            ///< where layers are computed again; null: all are kept
    std::shared_ptr<Trace> sites_;
    std::shared_ptr<Trace> inside_gradients_, all_gradients_; ///< with Keep::residual: of a layer, of both
    Trace* gradients_ = nullptr;                              ///< what is written
    /// seed_output() has written the gradient of the last norm's output into gradients_->norm_output_.
    bool output_is_seeded_ = false;
    std::unique_ptr<detail::BackwardPass> pass_; ///< under way
    // The rounding of sums of vectors depends on where these begin, relative to the width of a register:
    // always at the same place.
    using Scratch = std::vector<real, Eigen::aligned_allocator<real>>;
    Scratch norm_output_;             ///< [row, d_model]: a norm's output, computed again
    Scratch raw_logits_, raw_scores_; ///< with soft-caps: gradients before them, [row, d_vocab], [48, key]
    Scratch expert_scratch_;          ///< with experts only: three times [row, d_model, d_mlp or n_experts]
    detail::ExpertVisits visits_;     ///< while a layer with experts is computed
    std::vector<int> expert_load_; ///< [expert]: choices of a segment so far, if there is a capacity factor
};

} // namespace gf
