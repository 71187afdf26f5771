#pragma once
// Everything that decides how a run goes on, as a value in memory. Trainer::state() copies it out of a run,
// Trainer::restore() puts it back; checkpoints are written from it and read into it (training_files.h).

#include "train/divergence.h"
#include "train/optimiser.h"
#include "train/training_setup.h"

#include <memory>
#include <vector>

namespace gf {

/// A run after some of its steps. Copies share the parts, which never change, so that a long list of states
/// is cheap to hand around. There is no state of random numbers and no place in the data: both are functions
/// of the config's seed and the number of the step (seeded_random.h, Dataset).
struct TrainingState {
    std::int64_t n_steps_done = 0;
    DivergenceWatch watch{};
    /// All parameters in the layout of Weights; with an adapter its own only, LoraAdapter::values().
    std::shared_ptr<const std::vector<real>> weights{};
    /// What the optimiser remembers. Null in a thinner state, a third of the size with adamw, from which a
    /// model can be looked at, but no run goes on.
    std::shared_ptr<const OptimiserState> moments{};
};

/// The model as it was in that state, base and adapter in one; `setup` is that of its run. @throws Error if
/// the state has no weights, or others than the run's.
std::shared_ptr<Weights> weights_of(const TrainingSetup& setup, const TrainingState& state);

/// The adapter as it was in that state; nullopt for a run without. @throws Error as weights_of() does.
std::optional<LoraAdapter> adapter_of(const TrainingSetup& setup, const TrainingState& state);

} // namespace gf
