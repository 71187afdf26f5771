#pragma once
// A folder of models like assets/models, with models so small that they are trained in a second.

#include "models/model_card.h"
#include "models/shipped.h"
#include "train/support.h"
#include "train/training_run.h"

#include <nlohmann/json.hpp>

namespace gf::tests {

/// The folder begins with one model, called "one", that is not trained yet.
class SmallModels {
  public:
    SmallModels() { list({"one"}), write_recipe("one"); }

    const std::filesystem::path& path() const { return folder_.path(); }
    /// Writes models.json.
    void list(const std::vector<std::string>& names) const {
        folder_.file("models.json", nlohmann::json(names).dump());
    }

    /// Writes a recipe, changed by a merge patch to its training config.
    void write_recipe(const std::string& name,
                      const nlohmann::json& changes = nlohmann::json::object()) const {
        std::filesystem::create_directories(path() / name);
        nlohmann::json recipe = nlohmann::json::parse(R"({
            "sentence": "Small.", "prompt": "Once", "look_at": "", "did_not_work": "",
            "train": {"model": {"d_model": 8, "n_layers": 1, "n_heads": 2, "n_ctx": 32},
                      "tokenizer": {"kind": "bpe", "vocab_size": 300,
                                    "special_tokens": {"bos": "<|endoftext|>", "eos": "<|endoftext|>"}},
                      "data": {"tinyville": {"seed": 3, "size": 60000}},
                      "batch": {"sequences": 2}, "steps": 3}})");
        recipe["train"].merge_patch(changes);
        folder_.file(name + "/recipe.json", recipe.dump());
    }

    /// Trains a model in its own folder.
    void train(const std::string& name) const {
        TrainConfig config = shipped_model(path(), name).train_config();
        config.out = path() / name;
        run_training(config, false);
    }

  private:
    TestFolder folder_;
};

} // namespace gf::tests
