#pragma once
// The files of a run's state: model and checkpoint folders, written from a TrainingState and read into one.
// Used by run_training().

#include "train/trainer.h"

namespace gf {

/// Writes the model as it was in that state of the run: config.json, model.safetensors, tokenizer.json; the
/// adapter, and the names of the classes, if there are any. @throws Error if a file cannot be written.
void write_trained_model(const std::filesystem::path& folder, const TrainingSetup& setup,
                         const TrainingState& state, DType dtype);

/// Writes everything that the next step depends on, and `extra`, what the caller wants back. @throws Error if
/// a file cannot be written, and for a state without moments.
void write_checkpoint(const std::filesystem::path& folder, const TrainingSetup& setup,
                      const TrainingState& state, const nlohmann::json& extra);

/// Continues from a checkpoint and returns its `extra`. The trainer must be new, and made with the setup that
/// prepare_training() gives for the same config and checkpoint. @throws Error if data, config or sizes
/// differ.
nlohmann::json restore_checkpoint(const std::filesystem::path& folder, Trainer& trainer);

} // namespace gf
