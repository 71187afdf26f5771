#pragma once
// Loss and gradient of a batch: forward, loss and backward over its sequences, on several threads.

#include "core/backward.h"
#include "train/batch.h"
#include "train/losses.h"

#include <memory>
#include <span>
#include <vector>

namespace gf {

struct GradientOptions {
    Objective objective = Objective::next_token;
    int n_threads = 1;
    bool checkpointing =
        false;                 ///< keep each layer's input only, and compute the inside again on the way back
    Regularise regularise{};   ///< its seed is that of run()
    double balance_weight = 0; ///< of mixtures of experts: weights of the routers' losses
    double z_weight = 0;
    std::shared_ptr<const Weights> teacher{}; ///< distillation
    double temperature = 1;                   ///< distillation, contrastive
    double hard_share = 0;                    ///< distillation: of the targets' cross-entropy
};

/// The batch's sequences are dealt out to a fixed number of shards; the gradients of a shard are summed in
/// the order of its sequences, those of the shards in theirs. So the result depends on the batch only, not on
/// the number of threads.
class BatchGradient {
  public:
    /// `weights` may change between calls, with Weights::refresh(). Throws Error if the options make no sense
    /// for the model.
    BatchGradient(std::shared_ptr<const Weights> weights, GradientOptions options);
    ~BatchGradient();

    /// Adds the gradient of the mean loss over the batch's targets, in the layout of Weights, to `gradient`.
    /// `seed` is that of dropout and router noise.
    LossSum run(const Batch& batch, std::uint64_t seed, std::span<real> gradient);

    /// The loss alone, without regularisation.
    LossSum evaluate(const Batch& batch);

    const GradientOptions& options() const { return options_; }
    /// Bytes of the activations and their gradients that the last run() held at once.
    std::size_t activation_bytes() const;

  private:
    struct Piece;
    struct Worker;
    std::vector<std::vector<Piece>> deal(const Batch& batch) const;
    /// f(piece, worker, shard): the pieces of a shard one after the other, the shards on all threads.
    template <class F>
    void each_piece(const std::vector<std::vector<Piece>>& shards, F f);
    LossSum independent(const std::vector<std::vector<Piece>>& shards, const Batch& batch, std::uint64_t seed,
                        bool learn);
    LossSum contrastive(const std::vector<std::vector<Piece>>& shards, const Batch& batch, std::uint64_t seed,
                        bool learn);
    LossSum loss_of(Worker& worker, const Piece& piece, double weight, double share, Trace* gradient);
    void add_shard_sums(std::span<real> gradient, std::size_t n_shards);

    std::shared_ptr<const Weights> weights_;
    GradientOptions options_;
    std::vector<Worker> training_, evaluating_; ///< one for each thread; contrastive: one for each piece
    std::vector<std::vector<real>> shard_sums_; ///< gradients, in the layout of Weights
};

} // namespace gf
