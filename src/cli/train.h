#pragma once
// A training run as the command line shows it. Used by `glassformer train` and `glassformer models --train`.

#include "train/training_run.h"

namespace gf {

/// Trains with progress on stdout and warnings on stderr, until the run is finished or diverges, or Ctrl-C or
/// SIGTERM stops it after a step. With `resume` it goes on from the newest checkpoint.
/// @throws Error as run_training() does
TrainingEnd train_with_progress(const TrainConfig& config, bool resume);

} // namespace gf
