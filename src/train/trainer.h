#pragma once
// The steps of a run, one at a time. It knows no files but checkpoints, no clock and no screen.

#include "train/batch_gradient.h"
#include "train/divergence.h"
#include "train/setup.h"

#include <optional>

namespace gf {

struct StepReport {
    std::int64_t step = 0; ///< from 1
    double loss = 0;       ///< nats per target, before the step
    double lr = 0;
    double gradient_norm = 0;           ///< before clipping
    std::int64_t n_tokens = 0;          ///< that the step read
    std::optional<std::string> problem; ///< why the step was not made: the run has diverged
};

class Trainer {
  public:
    /// Throws Error for frozen parameters and adapter targets that are not there, and if nothing is left to
    /// train.
    explicit Trainer(TrainingSetup setup);

    const TrainConfig& config() const { return setup_.config; }
    const TrainingSetup& setup() const { return setup_; }
    /// What the run makes: with an adapter, the base and the adapter in one.
    const std::shared_ptr<Weights>& weights() const { return weights_; }
    std::size_t n_trainable() const { return trainable_count(blocks_); }
    std::int64_t n_done() const { return n_done_; }
    bool is_finished() const { return n_done_ >= config().steps; }

    /// Forward, backward, optimiser. With a problem, nothing has changed.
    StepReport step();

    /// Nats per target over the items kept for validation, or the first of them (evaluate_batches); nullopt
    /// if none was kept.
    std::optional<double> validation_loss();

    /// Whether the weights are worth keeping: finite, and with a plausible loss on the next step's batch.
    /// After a step that was too long they are not, before the next one notices.
    bool is_sound();

    /// The model as it is: config.json, model.safetensors, tokenizer.json; the adapter, and the names of the
    /// classes, if any.
    void save_model_to(const std::filesystem::path& folder, DType dtype) const;

    /// All that the next step depends on. load_from() needs the setup of the same config and checkpoint, and
    /// throws Error if data or sizes are others.
    void save_to(const std::filesystem::path& folder, const nlohmann::json& more) const;
    /// Returns what save_to() was given.
    nlohmann::json load_from(const std::filesystem::path& folder);

  private:
    Batch training_batch(std::uint64_t pass) const;
    bool compares_items() const { return config().objective == Objective::contrastive; }
    void renew_weights(); ///< after the blocks have changed

    TrainingSetup setup_;
    std::optional<Adapter> adapter_;
    std::shared_ptr<Weights> weights_;
    std::vector<real> gradient_; ///< in the layout of weights_
    std::vector<ParameterBlock> blocks_;
    Optimiser optimiser_;
    BatchGradient batch_gradient_;
    DivergenceWatch watch_;
    std::int64_t n_done_ = 0;
};

} // namespace gf
