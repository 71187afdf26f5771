#pragma once
// From a config to what a run needs: model, tokenizer, data.

#include "core/params.h"
#include "train/train_config.h"

namespace gf {

struct TrainingSetup {
    TrainConfig config; ///< batch.length and steps filled in
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string tokenizer_json; ///< the file to ship; empty if the tokenizer has none (tok.bin)
    std::shared_ptr<const Data> data;
    std::shared_ptr<Weights> weights; ///< to be trained, or with an adapter, to stay as they are
    std::shared_ptr<const Weights> teacher;
    std::vector<std::string> warnings;
};

/// Reads or makes everything. `checkpoint` is the folder of one to go on from, whose tokenizer is used again;
/// empty for a new run. Throws Error naming the key or file.
TrainingSetup prepare_training(const TrainConfig& config, const std::filesystem::path& checkpoint = {});

} // namespace gf
