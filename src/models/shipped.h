#pragma once
// The models that ship: assets/models/NAME with recipe.json (how it is made, and what a person should know),
// card.json (how it came out, models/model_card.h) and the model itself. assets/models/models.json lists the
// names in the order of the gallery. Used by `glassformer models` and the window's gallery.

#include "io/json.h"
#include "session/command.h"
#include "train/train_config.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gf {

/// A recipe, and where it lies.
struct ShippedModel {
    std::string name;
    std::filesystem::path folder;
    std::string sentence; ///< what the model is, in one sentence
    std::string prompt;   ///< a suggestion; an encoder-decoder reads it as its source
    std::string look_at;  ///< what is worth looking at in the model; may be empty
    nlohmann::json show = nlohmann::json::array(); ///< the commands of that picture; may be none
    std::string did_not_work;                      ///< what was tried without success; may be empty
    nlohmann::json train;                          ///< a training config without the key `out`

    bool is_trained() const; ///< whether its weights are there
    /// A hash of everything that decides the weights: the training config, the recipes of the models that it
    /// starts or learns from, the tokenizer.
    std::uint64_t recipe_hash() const;
    /// The training config as a struct, with paths relative to the recipe's folder.
    /// @throws Error naming recipe.json and the key
    TrainConfig train_config() const;
    /// The commands of `show`. Models that they name stand beside this one: "../story".
    /// @throws Error naming recipe.json and the command
    std::vector<Command> show_commands() const;
    static void fields(auto& model, auto visit) { // of recipe.json
        visit("sentence", model.sentence, {.required = true});
        visit("prompt", model.prompt, {.required = true});
        visit("look_at", model.look_at, {.required = true});
        visit("show", model.show);
        visit("did_not_work", model.did_not_work, {.required = true});
        visit("train", model.train, {.required = true, .object_only = true});
    }
};

/// The names in models.json, in their order. `models` is the folder of all models.
/// @throws Error naming the file
std::vector<std::string> shipped_model_names(const std::filesystem::path& models);

/// Reads the recipe models/NAME/recipe.json.
/// @throws Error naming file and key
ShippedModel shipped_model(const std::filesystem::path& models, const std::string& name);
/// Reads the recipes of all models, in the order of models.json.
std::vector<ShippedModel> shipped_models(const std::filesystem::path& models);

/// Whether a person who writes this where a model is asked for means one that ships: it is its name, and
/// nothing on the disk goes by it. Without a folder `models` nothing ships.
bool names_shipped_model(const std::string& word, const std::filesystem::path& models);
/// The path of the model that a person means: the folder of one that ships, or what was written.
/// @throws Error naming the nearest of those that ship, if it is a name without a folder and neither is there
std::string find_model(const std::string& word, const std::filesystem::path& models);

/// The path of assets/models beside the program; empty if it is not there.
std::filesystem::path shipped_models_folder();

} // namespace gf
