#pragma once
// A whole run: steps, evaluations, metrics, checkpoints, until it is finished, stopped, or has gone wrong.

#include "train/trainer.h"

#include <functional>

namespace gf {

/// A step of a run, and what was measured behind it.
struct StepEvent {
    StepReport report;
    double seconds = 0;               ///< that the step took
    std::optional<double> validation; ///< nats per target, where it was measured
};

/// What a run says while it goes on, from the thread that runs it.
struct TrainingEvents {
    std::function<void(const Trainer&)> on_start = [](const Trainer&) {};
    std::function<void(const StepEvent&)> on_step = [](const StepEvent&) {};
    std::function<bool()> should_stop = [] { return false; }; ///< asked before each step
};

struct TrainingEnd {
    enum class Kind { finished, stopped, diverged } kind = Kind::finished;
    std::int64_t step = 0;            ///< of the last checkpoint
    std::filesystem::path checkpoint; ///< the last good one
    std::string problem;              ///< diverged: what happened, at which step, what to try
    std::optional<double> validation; ///< the last one measured
};

/// Trains as the config says, in its folder `out`: metrics.jsonl, checkpoints/step-N, and the model itself as
/// of the newest checkpoint. With `resume` it goes on from there, bit for bit as if it had never been
/// interrupted. Throws Error for bad input, for a folder with another run in it, for `resume` without a
/// checkpoint, and if the disk does not take a file.
TrainingEnd run_training(const TrainConfig& config, bool resume, const TrainingEvents& events = {});

} // namespace gf
