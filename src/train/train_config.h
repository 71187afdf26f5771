#pragma once
// A training run as plain data: what `glassformer train` reads from a JSON file and keeps beside each
// checkpoint.

#include "io/dtype.h"
#include "io/json.h"
#include "train/data.h"
#include "train/lora.h"
#include "train/optimiser.h"
#include "train/schedule.h"

#include <filesystem>
#include <string>
#include <vector>

namespace gf {

struct BatchConfig {
    int sequences = 16; ///< items of a forward and backward pass
    int length = 0;     ///< tokens of each; 0: the model's n_ctx
    int accumulate = 1; ///< passes whose gradients make one step
};

struct TrainConfig {
    nlohmann::json model = nlohmann::json::object(); ///< keys as in config.json of model_type glassformer;
                                                     ///< d_vocab may be left out
    std::filesystem::path from;                      ///< instead: a model to continue
    nlohmann::json tokenizer;                        ///< a file's name; null with `from`: the model's own
    DataConfig data;
    Objective objective = Objective::next_token;

    double init_deviation = k_init_deviation; ///< of the matrices of a new model
    double lr = 1e-3, clip_norm = 1;          ///< clip_norm 0: never
    OptimiserConfig optimiser;
    ScheduleConfig schedule;
    BatchConfig batch;
    std::int64_t steps = 0, tokens = 0; ///< one of them says how long
    std::uint64_t seed = 1;
    std::vector<std::string> frozen; ///< names or globs of parameters
    LoraConfig lora;

    double dropout = 0, router_noise = 0, capacity_factor = 0; ///< core/regularise.h
    double load_balancing = 0.01, router_z = 0.001;            ///< weights of the auxiliary losses of experts
    std::filesystem::path teacher;                             ///< distillation
    double temperature = 1;                                    ///< distillation, contrastive
    double hard_share = 0; ///< distillation: of the targets' own cross-entropy
    bool gradient_checkpointing = false;

    std::int64_t evaluate_every = 100, checkpoint_every = 500; ///< steps
    int evaluate_batches = 20;                                 ///< at most; 0: all that was kept
    std::filesystem::path out;
    DType dtype = DType::f32; ///< of the model that is shipped; checkpoints are always F32
    int threads = 0;          ///< 0: one per processor. Results do not depend on it
};

/// Reads a config; paths in it count from `folder`. `where` is the file for messages. Throws Error naming the
/// key for a value that makes no sense, and with the nearest valid names for a key that is not known.
TrainConfig parse_train_config(const nlohmann::json& object, const std::string& where,
                               const std::filesystem::path& folder);

/// Reads the file after applying `changes`, each "key=value" with dots between the names of nested keys, and
/// replacing the keys of `overrides`.
TrainConfig load_train_config(const std::filesystem::path& file, const std::vector<std::string>& changes = {},
                              const nlohmann::json& overrides = nlohmann::json::object());

/// Every field. parse_train_config() gives the same config back.
nlohmann::json to_json(const TrainConfig& config);

/// Throws Error naming the first key that a run may not change in the middle: model, data, batches, seed,
/// what is trained.
void require_resumable(const TrainConfig& now, const nlohmann::json& before, const std::string& where);

} // namespace gf
