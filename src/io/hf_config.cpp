#include "io/hf_config.h"

#include "io/architectures.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace gf {

using nlohmann::json;

namespace {

/// Removes a key; "rope_scaling.type" stands for a key of the object `rope_scaling`. Whether there was one.
bool remove_key(json& object, const std::string& name) {
    if (!object.is_object()) return false;
    if (object.erase(name) > 0) return true;
    const std::size_t dot = name.find('.');
    const auto inner = object.find(name.substr(0, dot));
    return dot != name.npos && inner != object.end() && remove_key(*inner, name.substr(dot + 1));
}

/// The one name in "architectures"; empty if there is none.
std::string class_name(const json& object, ConfigKeys& keys) {
    if (!keys.has("architectures")) return "";
    const json& names = json_array(object, "architectures", keys.where());
    if (names.empty()) return "";
    if (names.size() > 1 || !names[0].is_string())
        throw Error(
            {keys.where() + ": 'architectures'", "an array of one name", names.dump().substr(0, 60), ""});
    return names[0].get<std::string>();
}

/// The last row whose keys the object has, of a config that names no architecture: later rows of a kin are
/// more special. Null if there is none.
const Architecture* guess_architecture(const json& object) {
    const Architecture* guess = nullptr;
    for (const Architecture& a : architectures())
        if (!a.tell_tale.empty() &&
            std::all_of(a.tell_tale.begin(), a.tell_tale.end(),
                        [&](std::string_view key) { return object.contains(std::string(key)); }))
            guess = &a;
    return guess;
}

/// The row that the keys model_type and architectures name; either of them may be absent.
const Architecture& find_architecture(const json& object, ConfigKeys& keys) {
    const std::string type = keys.word_or("model_type", ""), name = class_name(object, keys);
    if (type.empty() && name.empty())
        if (const Architecture* guess = guess_architecture(object)) {
            keys.note(fmt::format("no 'model_type': by its keys it is read as '{}'", guess->model_type));
            return *guess;
        }
    std::set<std::string_view> types, classes;
    for (const Architecture& a : architectures()) {
        const bool type_fits = type == a.model_type, class_fits = !name.empty() && name == a.class_name;
        if ((type_fits || type.empty()) && (class_fits || (name.empty() && type_fits))) return a;
        types.insert(a.model_type);
        if ((type_fits || type.empty()) && !a.class_name.empty()) classes.insert(a.class_name);
    }
    if (!type.empty() && !types.contains(type))
        throw Error({keys.where() + ": 'model_type'", fmt::format("one of {}", fmt::join(types, ", ")),
                     fmt::format("'{}'", type), "docs/models-you-can-open.md lists what is supported"});
    throw Error({keys.where() + (name.empty() ? ": 'model_type'" : ": 'architectures'"),
                 name.empty()      ? fmt::format("one of {}", fmt::join(types, ", "))
                 : classes.empty() ? fmt::format("none for the model_type '{}'", type)
                                   : fmt::format("one of {}", fmt::join(classes, ", ")),
                 name.empty() ? "no such key" : fmt::format("'{}'", name),
                 "docs/models-you-can-open.md lists what is supported"});
}

} // namespace

ModelConfig parse_hf_config(std::string_view text, const std::string& where, ConfigReading* reading) {
    json object = parse_json(text, where);
    std::vector<std::string> notices;
    for (const std::string& name : reading ? reading->ignored_keys : std::vector<std::string>())
        if (remove_key(object, name))
            notices.push_back(
                fmt::format("{}: '{}' is ignored, as asked: what is computed may differ from what "
                            "the model's authors meant",
                            where, name));
    ConfigKeys keys(object, where);
    const Architecture& architecture = find_architecture(object, keys);
    const ModelConfig config = architecture.read(keys);
    if (architecture.class_name.empty())
        keys.refuse_unread(); // our own format has no keys that are not read
    else
        keys.judge_unread();
    validate(config, where);
    if (reading) {
        reading->notices.insert(reading->notices.end(), notices.begin(), notices.end());
        reading->notices.insert(reading->notices.end(), keys.notices().begin(), keys.notices().end());
    }
    return config;
}

std::string hf_config_text(const ModelConfig& config) {
    for (const Architecture& a : architectures()) {
        json object = a.write(config);
        object["model_type"] = a.model_type;
        if (!a.class_name.empty()) object["architectures"] = {a.class_name};
        std::string text = object.dump(2) + "\n";
        try {
            if (parse_hf_config(text, "config") == config) return text;
        } catch (const Error&) {
            // This architecture cannot express the config; the next one may.
        }
    }
    throw Error({"model", "a config that validate() accepts", "one that no format can say", ""});
}

} // namespace gf
