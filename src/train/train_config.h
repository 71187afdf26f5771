#pragma once
// A training run as plain data: what `glassformer train` reads from a JSON file and keeps in each checkpoint.
// docs/training.md explains every key. Used by all of src/train that prepares or makes a run, and by the
// recipes of the models that ship.

#include "io/dtype.h"
#include "io/json.h"
#include "train/dataset.h"
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
    /// The shape of a new model: keys as in config.json of model_type glassformer. d_vocab may be left out.
    nlohmann::json model = nlohmann::json::object();
    std::filesystem::path from;            ///< folder of a model to continue, in place of `model`
    std::vector<std::string> ignored_keys; ///< of the config.json of `from` and `teacher`
    nlohmann::json tokenizer;              ///< file name or recipe; null with `from`: that model's tokenizer
    DataConfig data;
    Objective objective = Objective::next_token;

    double init_deviation = k_init_deviation; ///< standard deviation of the matrices of a new model
    double lr = 1e-3;                         ///< peak learning rate
    double clip_norm = 1;                     ///< longest gradient; 0: any
    OptimiserConfig optimiser;
    ScheduleConfig schedule;
    BatchConfig batch;
    std::int64_t steps = 0, tokens = 0; ///< how long to train: one of them is given, the other is 0
    std::uint64_t seed = 1;
    std::vector<std::string> frozen; ///< names or globs of parameters
    LoraConfig lora;

    double dropout = 0, router_noise = 0, capacity_factor = 0; ///< see core/run_setup.h
    double load_balancing = 0.01, router_z = 0.001; ///< weights of the routers' losses, see router_loss()
    double bias_step = 0.001;      ///< by which a step moves the routers' biases, in a model that has them
    std::filesystem::path teacher; ///< distillation: folder of the teacher
    double temperature = 1;        ///< distillation, contrastive
    double hard_share = 0;         ///< distillation: share of the targets' cross-entropy in the loss
    bool gradient_checkpointing = false;

    std::int64_t evaluate_every = 100, checkpoint_every = 500; ///< steps
    int evaluate_batches = 20; ///< validation batches of an evaluation, at most; 0: all
    std::filesystem::path out; ///< folder of the result
    DType dtype = DType::f32;  ///< type of the finished model's weights; checkpoints are always F32
    int threads = 0;           ///< 0: one per processor. Results do not depend on it

    /// Every key of the file, as io/fields.h wants them; train_config.cpp has the list.
    static void fields(auto& config, auto visit);
};

/// Reads a config. Relative paths in it start at `folder`; `where` names the file in messages. @throws Error
/// naming the key for a value that makes no sense, and the nearest valid names for an unknown key.
TrainConfig parse_train_config(const nlohmann::json& object, const std::string& where,
                               const std::filesystem::path& folder);

/// Reads a config file. `changes` are applied first, each "key=value" with dots between the names of nested
/// keys; then the keys of `overrides` replace those of the file. @throws Error as parse_train_config() does.
TrainConfig load_train_config(const std::filesystem::path& file, const std::vector<std::string>& changes = {},
                              const nlohmann::json& overrides = nlohmann::json::object());

/// Writes every field. parse_train_config() turns the result into the same config again.
nlohmann::json to_json(const TrainConfig& config);

/// @throws Error naming the first key that differs between `now` and `before`, the config in the checkpoint
/// `where`, although a run may not change it half-way: model, data, batches, seed, what is trained.
void require_resumable(const TrainConfig& now, const nlohmann::json& before, const std::string& where);

} // namespace gf
