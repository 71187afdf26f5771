#pragma once
// The steps of a training run, one at a time. The trainer knows no files but checkpoints, no clock and no
// screen. Used by run_training(), which adds these.

#include "train/batch_gradient.h"
#include "train/divergence.h"
#include "train/training_setup.h"

#include <optional>

namespace gf {

struct StepReport {
    std::int64_t step = 0;     ///< counted from 1
    double loss = 0;           ///< nats per target, before the step
    double lr = 0;             ///< learning rate
    double gradient_norm = 0;  ///< before clipping
    std::int64_t n_tokens = 0; ///< how many tokens the step read
    /// Why the step was not made; nullopt unless the run has diverged.
    std::optional<std::string> problem;
};

class Trainer {
  public:
    /// @throws Error for frozen parameters and adapter targets that do not exist, if nothing is left to
    /// train, and if the model cannot be trained for the objective.
    explicit Trainer(TrainingSetup setup);

    const TrainConfig& config() const { return setup_.config; }
    const TrainingSetup& setup() const { return setup_; }
    /// The weights that the run produces; with an adapter, base and adapter in one.
    const std::shared_ptr<Weights>& weights() const { return weights_; }
    std::size_t n_trainable() const { return count_trainable(blocks_); }
    std::int64_t n_steps_done() const { return n_steps_done_; }
    bool is_finished() const { return n_steps_done_ >= config().steps; }

    /// Forward, backward, optimiser. If it reports a problem, the weights have not changed.
    StepReport step();

    /// Nats per target over the validation items, or over the first evaluate_batches batches of them; nullopt
    /// if there are none.
    std::optional<double> validation_loss();

    /// Whether the weights are worth keeping: finite, and with a plausible loss on the next step's batch.
    /// After a step that was too long they are not, and only the next step() would notice.
    bool is_sound();

    /// Writes the model as it is now: config.json, model.safetensors, tokenizer.json; the adapter, and the
    /// names of the classes, if there are any.
    void save_model_to(const std::filesystem::path& folder, DType dtype) const;

    /// Writes everything that the next step depends on, and `extra`, what the caller wants back.
    void save_checkpoint(const std::filesystem::path& folder, const nlohmann::json& extra) const;
    /// Continues from a checkpoint and returns its `extra`. The trainer must have
    /// been made with the setup that prepare_training() gives for the same config and
    /// checkpoint. @throws Error if data, config or sizes differ.
    nlohmann::json load_checkpoint(const std::filesystem::path& folder);

  private:
    Batch training_batch(std::uint64_t pass) const;
    /// Forward and backward passes of a step. Accumulation is one pass over a larger batch, as BatchGradient
    /// holds few sequences at a time whatever the size of the batch: the mean is then over all its targets.
    /// Only where the items of a batch are compared with each other the passes are separate.
    int n_passes() const {
        return config().objective == Objective::contrastive ? config().batch.accumulate : 1;
    }
    /// Brings weights_ up to date after the blocks have changed.
    void refresh_weights();

    TrainingSetup setup_;
    std::optional<LoraAdapter> adapter_;
    std::shared_ptr<Weights> weights_;
    std::vector<real> gradient_;         ///< in the layout of weights_
    std::vector<ParameterBlock> blocks_; ///< what the optimiser moves
    Optimiser optimiser_;
    BatchGradient batch_gradient_;
    DivergenceWatch watch_;
    std::int64_t n_steps_done_ = 0;
};

} // namespace gf
