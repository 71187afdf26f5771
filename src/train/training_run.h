#pragma once
// A whole training run and its files: the trainer's steps with metrics and checkpoints, until it is finished,
// stopped, or has diverged. Used by `glassformer train` and `glassformer models --train`.

#include "train/trainer.h"

#include <functional>

namespace gf {

/// Functions that a run calls, on the thread that runs it.
struct TrainingCallbacks {
    std::function<void(const Trainer&)> on_start = [](const Trainer&) {};
    std::function<void(const StepReport&)> on_step = [](const StepReport&) {};
    std::function<bool()> should_stop = [] { return false; }; ///< asked before each step
};

struct TrainingEnd {
    enum class Kind { finished, stopped, diverged } kind = Kind::finished;
    std::int64_t step = 0;            ///< step of the last checkpoint
    std::filesystem::path checkpoint; ///< folder of the last checkpoint
    std::string problem;              ///< diverged only: what happened, at which step, what to try
    std::optional<double> validation; ///< nats per target, as last measured
};

/// Trains as the config says, in its folder `out`: metrics.jsonl, checkpoints/step-N, and the model itself as
/// of the newest checkpoint. With `resume` it continues from that checkpoint, bit for bit as if it had never
/// been interrupted. @throws Error for bad input, for a folder with another run in it, for `resume` without a
/// checkpoint, and if a file cannot be written.
TrainingEnd run_training(const TrainConfig& config, bool resume, const TrainingCallbacks& callbacks = {});

} // namespace gf
