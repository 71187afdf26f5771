#pragma once
// The loop of a training run, one step at a time, in memory: it knows no files and no screen. What is kept of
// a run, and when, is up to its owner: run_training() writes checkpoints and metrics, others keep states.

#include "train/batch_gradient.h"
#include "train/step_report.h"
#include "train/training_state.h"

#include <optional>

namespace gf {

/// What of a step is only reported if asked for.
struct ReportOptions {
    bool update_norms = false; ///< LayerNorms::update: a copy of what is trained, and a second look at it
};

class Trainer {
  public:
    /// @throws Error for frozen parameters and adapter targets that do not exist, if nothing is left to
    /// train, and if the model cannot be trained for the objective.
    explicit Trainer(TrainingSetup setup, ReportOptions options = {});

    const TrainConfig& config() const { return setup_.config; }
    const TrainingSetup& setup() const { return setup_; }
    /// The weights that the run produces; with an adapter, base and adapter in one.
    const std::shared_ptr<Weights>& weights() const { return weights_; }
    std::size_t n_trainable() const { return count_trainable(blocks_); }
    std::int64_t n_steps_done() const { return n_steps_done_; }
    bool is_finished() const { return n_steps_done_ >= config().steps; }

    /// Forward, backward, optimiser; then the validation, if the config wants it after this step or this was
    /// the last one. If it reports a problem, the weights have not changed. The report is valid until the
    /// next step and takes no new memory after the first.
    const StepReport& step();

    /// Nats per target over the validation items, or over the first evaluate_batches batches of them; nullopt
    /// if there are none.
    std::optional<double> validation_loss();

    /// Whether the config wants the state kept after the last step made.
    bool is_checkpoint_due() const { return n_steps_done_ % config().checkpoint_every == 0; }

    /// Whether the weights are worth keeping: finite, and with a plausible loss on the next step's batch.
    /// After a step that was too long they are not, and only the next step() would notice.
    bool is_sound();

    /// A copy of everything that the next steps depend on beside config and data.
    TrainingState state() const;
    /// Goes on from a state of this run, or of another one with the same config and data, bit for bit as if
    /// nothing had happened since; with another learning rate, schedule, seed or text it is a fork. `where`
    /// names the state in messages. @throws Error for a state without weights or moments, and if their sizes
    /// are not this run's; the trainer is then as it was.
    void restore(const TrainingState& state, const std::string& where = "training state");

  private:
    void fill_batch(std::uint64_t pass);
    /// Forward and backward passes of a step. Accumulation is one pass over a larger batch, as BatchGradient
    /// holds few sequences at a time whatever the size of the batch: the mean is then over all its targets.
    /// Only where the items of a batch are compared with each other the passes are separate.
    int n_passes() const {
        return config().objective == Objective::contrastive ? config().batch.accumulate : 1;
    }
    /// Gives the report its rows, which stay.
    void prepare_report();
    LossSum compute_gradient();
    void balance_routers();
    void report_details(double pass_scale);
    /// What state() keeps: all parameters, frozen ones too, or the adapter.
    std::span<const real> kept_values() const;
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

    Batch batch_;
    BatchDetails details_; ///< of the step's batches
    StepReport report_;
    std::vector<std::size_t> layer_of_block_; ///< index into report_.layers; none for a frozen block
    std::vector<double> squared_gradients_, squared_updates_; ///< of each block
};

} // namespace gf
