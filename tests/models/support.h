#pragma once
// A folder of models like assets/models, with models so small that they are trained in a second.

#include "models/card.h"
#include "models/shipped.h"
#include "train/support.h"
#include "train/training_run.h"

#include <nlohmann/json.hpp>

namespace gf::tests {

class SmallModels {
  public:
    SmallModels() { names({"one"}), recipe("one"); }

    const std::filesystem::path& path() const { return folder_.path(); }
    void names(const std::vector<std::string>& names) const {
        folder_.file("models.json", nlohmann::json(names).dump());
    }

    /// Writes a recipe, changed by a merge patch to its training config.
    void recipe(const std::string& name, const nlohmann::json& changes = nlohmann::json::object()) const {
        std::filesystem::create_directories(path() / name);
        nlohmann::json r = nlohmann::json::parse(R"({
            "sentence": "Small.", "prompt": "Once", "look_at": "", "did_not_work": "",
            "train": {"model": {"d_model": 8, "n_layers": 1, "n_heads": 2, "n_ctx": 32},
                      "tokenizer": {"kind": "bpe", "vocab_size": 300, "special_tokens": {"bos": "<|endoftext|>", "eos": "<|endoftext|>"}},
                      "data": {"tinyville": {"seed": 3, "size": 60000}}, "batch": {"sequences": 2}, "steps": 3}})");
        r["train"].merge_patch(changes);
        folder_.file(name + "/recipe.json", r.dump());
    }

    /// Trains it where it lies.
    void train(const std::string& name) const {
        TrainConfig config = shipped_model(path(), name).train_config();
        config.out = path() / name;
        run_training(config, false);
    }

  private:
    TemporaryFolder folder_;
};

} // namespace gf::tests
