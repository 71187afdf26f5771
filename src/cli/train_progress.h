#pragma once
// A training run with its progress on stdout, until it is finished or Ctrl-C or SIGTERM stops it after a
// step.

#include "cli/options.h"
#include "train/training_run.h"

namespace gf {

TrainingEnd train_with_progress(const TrainConfig& config, bool resume);

} // namespace gf
