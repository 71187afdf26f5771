#pragma once
// Loss and gradient of a batch: forward, loss and backward over its sequences, on several threads. Used by
// the trainer, by `glassformer bench train`, and to measure the models that ship.

#include "core/passes/backward.h"
#include "train/batch_details.h"
#include "train/losses.h"

#include <memory>
#include <span>
#include <vector>

namespace gf {

struct GradientOptions {
    Objective objective = Objective::next_token;
    int n_threads = 1;
    /// Keep the input of each layer only, and compute its inside again during the backward pass.
    bool gradient_checkpointing = false;
    Regularise regularise{};                  ///< its seed is ignored: run() takes one
    double capacity_factor = 0;               ///< mixtures of experts, see RunSetup::capacity_factor
    double balance_weight = 0;                ///< mixtures of experts: weight of the load-balancing loss
    double z_weight = 0;                      ///< mixtures of experts: weight of the router's z-loss
    std::shared_ptr<const Weights> teacher{}; ///< distillation
    double temperature = 1;                   ///< distillation, contrastive
    double hard_share = 0; ///< distillation: share of the targets' cross-entropy in the loss
};

/// The batch's sequences are distributed over a fixed number of shards. Gradients are summed in the order of
/// the sequences within a shard, then in the order of the shards: the result depends on the batch only, not
/// on the number of threads.
class BatchGradient {
  public:
    /// `weights` may change between calls, with Weights::refresh(). @throws Error if the options make no
    /// sense for the model.
    BatchGradient(std::shared_ptr<const Weights> weights, GradientOptions options);
    ~BatchGradient();

    /// Adds the gradient of the mean loss over the batch's targets to `gradient`, which has the layout of
    /// Weights. `seed` is the one of dropout and router noise. What the loss is made of is added to `details`
    /// unless it is null. @throws Error if the batch does not suit the model and the
    /// objective.
    LossSum run(const Batch& batch, std::uint64_t seed, std::span<real> gradient,
                BatchDetails* details = nullptr);

    /// The loss alone, without regularisation. @throws Error as run() does.
    LossSum evaluate(const Batch& batch);

    /// Bytes of the activations and their gradients that the last run() held at the same time.
    std::size_t activation_bytes() const;

  private:
    struct Piece;
    struct Worker;
    using Shards = std::vector<std::vector<Piece>>;
    Shards split_into_shards(const Batch& batch) const;
    /// Calls f(piece, worker, shard): the pieces of a shard one after the other, the shards on all threads.
    template <class F>
    void for_each_piece(const Shards& shards, F f);
    LossSum run_each_alone(const Shards& shards, const Batch& batch, std::uint64_t seed, bool with_gradient,
                           BatchDetails* details);
    LossSum run_contrastive(const Shards& shards, const Batch& batch, std::uint64_t seed, bool with_gradient,
                            BatchDetails* details);
    LossSum piece_loss(Worker& worker, const Piece& piece, double weight, double share, Trace* gradient);
    void add_details(const Worker& worker, const Piece& piece, const Batch& batch,
                     BatchDetails& details) const;
    void add_shard_gradients(std::span<real> gradient, std::size_t n_shards);

    std::shared_ptr<const Weights> weights_;
    GradientOptions options_;
    /// One worker for each thread; for the contrastive objective, one for each piece.
    std::vector<Worker> training_workers_, evaluation_workers_;
    std::vector<std::vector<real>> shard_gradients_; ///< each in the layout of Weights
    std::vector<BatchDetails> shard_details_;        ///< summed in the order of the shards, as the gradients
};

} // namespace gf
