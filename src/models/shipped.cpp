#include "models/shipped.h"

#include "core/name_matching.h"
#include "io/assets.h"
#include "io/fields.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "train/tinyville/text_hash.h"

#include <fmt/format.h>

#include <algorithm>

namespace gf {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json read_json(const fs::path& path) { return parse_json(MappedFile(path).text(), path.string()); }

} // namespace

bool ShippedModel::is_trained() const {
    std::error_code failed;
    return fs::is_regular_file(folder / "model.safetensors", failed);
}

std::uint64_t ShippedModel::recipe_hash() const {
    std::uint64_t hash = tinyville::hash_text(train.dump());
    for (const char* key : {"from", "teacher"}) {
        if (!train.contains(key)) continue;
        const fs::path other = (folder / train.at(key).get<std::string>()).lexically_normal();
        hash = mix64(hash ^ shipped_model(other.parent_path(), other.filename().string()).recipe_hash());
    }
    const json tokenizer = train.value("tokenizer", json());
    if (const fs::path file = tokenizer.is_string() ? folder / tokenizer.get<std::string>() : fs::path();
        fs::is_regular_file(file))
        hash = mix64(hash ^ tinyville::hash_text(MappedFile(file).text()));
    return hash;
}

TrainConfig ShippedModel::train_config() const {
    json with_out = train;
    with_out["out"] = "."; // a training config needs one; whoever trains chooses another
    return parse_train_config(with_out, (folder / "recipe.json").string(), folder);
}

std::vector<Command> ShippedModel::show_commands() const {
    std::vector<Command> commands = commands_from_json(show, (folder / "recipe.json").string() + ": show");
    for (Command& command : commands)
        if (auto* of_session = std::get_if<SessionCommand>(&command))
            if (auto* run = std::get_if<command::AddRun>(of_session); run && !run->model.empty())
                run->model = (folder / run->model).lexically_normal().string();
    return commands;
}

std::vector<std::string> shipped_model_names(const fs::path& models) {
    const fs::path path = models / "models.json";
    const json list = read_json(path);
    std::vector<std::string> names;
    if (!list.is_array()) throw Error({path.string(), "an array of names", json_summary(list), ""});
    for (const json& name : list) {
        if (!name.is_string()) throw Error({path.string(), "names", json_summary(name), ""});
        names.push_back(name.get<std::string>());
    }
    return names;
}

ShippedModel shipped_model(const fs::path& models, const std::string& name) {
    ShippedModel m;
    m.name = name;
    m.folder = models / name;
    const std::string where = (m.folder / "recipe.json").string();
    fields_from_json(read_json(where), {.where = where}, m);
    return m;
}

std::vector<ShippedModel> shipped_models(const fs::path& models) {
    std::vector<ShippedModel> all;
    for (const std::string& name : shipped_model_names(models)) all.push_back(shipped_model(models, name));
    return all;
}

bool names_shipped_model(const std::string& word, const fs::path& models) {
    std::error_code failed;
    if (word.empty() || models.empty() || fs::exists(word, failed)) return false;
    const std::vector<std::string> names = shipped_model_names(models);
    return std::find(names.begin(), names.end(), word) != names.end();
}

std::string find_model(const std::string& word, const fs::path& models) {
    if (names_shipped_model(word, models)) return (models / word).string();
    std::error_code failed;
    const bool is_plain_name = !word.empty() && fs::path(word).filename() == word;
    if (!is_plain_name || models.empty() || fs::exists(word, failed)) return word;
    throw Error({word,
                 "a folder or file, or a model that ships; nearest: " +
                     nearest_names(word, shipped_model_names(models)),
                 "nothing there", "check the name"});
}

fs::path shipped_models_folder() { return find_asset("models"); }

} // namespace gf
