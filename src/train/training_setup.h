#pragma once
// From a config to everything that a run needs: model, tokenizer, data. Used by run_training(), the trainer
// and its states; tests of the trainer put a setup together by hand.

#include "core/params.h"
#include "train/train_config.h"

namespace gf {

struct TrainingSetup {
    TrainConfig config; ///< with batch.length and steps filled in
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string tokenizer_json; ///< contents of tokenizer.json for the result; empty for other files
    std::shared_ptr<const Dataset> data;
    std::shared_ptr<Weights> weights; ///< to be trained; with an adapter, to stay as they are
    std::shared_ptr<const Weights> teacher;
    std::vector<std::string> warnings;
};

/// The adapter with which a run of this setup begins; nullopt if it has none. @throws Error for targets that
/// do not exist, and for a rank above the smaller side of a target.
std::optional<LoraAdapter> new_adapter(const TrainingSetup& setup);

/// Reads or makes everything. `checkpoint` is the folder of a checkpoint to continue from, whose tokenizer is
/// used again; empty for a new run. @throws Error naming the key or file.
TrainingSetup prepare_training(const TrainConfig& config, const std::filesystem::path& checkpoint = {});

} // namespace gf
