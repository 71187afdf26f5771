#pragma once
// The models that ship: assets/models/NAME with recipe.json (how it is made, and what a person should know),
// card.json (how it came out) and the model itself. assets/models/models.json lists the names in the order of
// the gallery.

#include "io/json.h"
#include "train/train_config.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf {

struct ShippedModel {
    std::string name;
    std::filesystem::path folder;
    std::string sentence; ///< what it is, in one
    std::string prompt;   ///< a suggestion; of an encoder-decoder the source
    std::string look_at, did_not_work;
    nlohmann::json train; ///< a training config, without `out`

    bool is_trained() const; ///< its weights are there
    /// Of everything that decides the weights: the training config, the recipes of the models it rests on,
    /// the tokenizer it takes.
    std::uint64_t recipe_hash() const;
    TrainConfig train_config() const;
};

/// The names in models.json, in their order. Throws Error naming the file.
std::vector<std::string> shipped_names(const std::filesystem::path& models);

/// Reads a recipe. Throws Error naming file and key.
ShippedModel shipped_model(const std::filesystem::path& models, const std::string& name);
std::vector<ShippedModel> shipped_models(const std::filesystem::path& models);

/// assets/models beside the program; empty if it is not there.
std::filesystem::path shipped_folder();

} // namespace gf
