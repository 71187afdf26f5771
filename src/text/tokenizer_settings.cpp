#include "text/tokenizer_settings.h"

#include "platform/error.h"
#include "platform/mapped_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace gf {

using nlohmann::json;

namespace {

/// An object in a file; empty if there is no such file.
json read_object(const std::filesystem::path& file) {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return json::object();
    json value = parse_json(MappedFile(file).text(), file.string());
    if (!value.is_object())
        throw Error({file.string(), "an object", json_summary(value), "the file is damaged"});
    return value;
}

/// A token is written as its text, or as an object with "content".
std::optional<std::string> token_text(const json& token) {
    if (token.is_string()) return token.get<std::string>();
    const auto content = token.is_object() ? token.find("content") : token.end();
    return token.is_object() && content != token.end() && content->is_string()
               ? std::optional(content->get<std::string>())
               : std::nullopt;
}

json added_token(int id, const json& token, const std::string& content, bool special) {
    json entry = {{"id", id},        {"content", content},     {"single_word", false}, {"lstrip", false},
                  {"rstrip", false}, {"normalized", !special}, {"special", special}};
    if (token.is_object())
        for (const char* key : {"single_word", "lstrip", "rstrip", "normalized", "special"})
            if (const auto it = token.find(key); it != token.end() && it->is_boolean()) entry[key] = *it;
    return entry;
}

} // namespace

TokenizerSettings::TokenizerSettings(const std::filesystem::path& folder)
    : where_((folder / "tokenizer_config.json").string()),
      config_(read_object(folder / "tokenizer_config.json")),
      special_(read_object(folder / "special_tokens_map.json")),
      added_(read_object(folder / "added_tokens.json")) {
    const json model = read_object(folder / "config.json");
    const auto text_of = [](const json& object, const char* key) {
        const auto it = object.find(key);
        return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
    };
    model_type_ = text_of(model, "model_type");
    class_ = text_of(config_, "tokenizer_class");
    if (class_.empty()) class_ = text_of(model, "tokenizer_class");
    if (class_.ends_with("Fast")) class_.resize(class_.size() - 4);
}

std::optional<bool> TokenizerSettings::flag(const char* key) const {
    if (!json_has(config_, key)) return {};
    return json_bool_or(config_, key, false, where_);
}

bool TokenizerSettings::flag(const char* key, bool fallback) const { return flag(key).value_or(fallback); }

std::string TokenizerSettings::special_token(const char* key, const std::string& fallback) const {
    for (const json* file : {&special_, &config_})
        if (const auto it = file->find(key); it != file->end())
            if (const auto text = token_text(*it)) return *text;
    return fallback;
}

json TokenizerSettings::added_tokens(
    const std::vector<std::string>& defaults,
    const std::function<std::optional<int>(const std::string&)>& id_of) const {
    std::map<int, json> by_id;
    const auto add_special = [&](const json& token) {
        const std::optional<std::string> text = token_text(token);
        if (const auto id = text ? id_of(*text) : std::nullopt)
            by_id.try_emplace(*id, added_token(*id, token, *text, true));
    };
    if (json_has(config_, "added_tokens_decoder"))
        for (const auto& [id, token] : json_object(config_, "added_tokens_decoder", where_).items())
            if (const auto text = token_text(token);
                text && id.size() < 9 && !id.empty() && id.find_first_not_of("0123456789") == id.npos)
                by_id.try_emplace(std::stoi(id), added_token(std::stoi(id), token, *text, false));
    for (const json* file : {&special_, &config_}) {
        for (const char* key :
             {"unk_token", "bos_token", "eos_token", "sep_token", "pad_token", "cls_token", "mask_token"})
            if (const auto it = file->find(key); it != file->end()) add_special(*it);
        if (const auto more = file->find("additional_special_tokens");
            more != file->end() && more->is_array())
            for (const json& token : *more) add_special(token);
    }
    for (const auto& [text, id] : added_.items())
        if (id.is_number_unsigned() && id.get<std::uint64_t>() < 1'000'000'000)
            by_id.try_emplace(id.get<int>(), added_token(id.get<int>(), nullptr, text, false));
    for (const std::string& text : defaults) add_special(text);
    json list = json::array();
    for (const auto& [id, token] : by_id) list.push_back(token);
    return list;
}

void TokenizerSettings::require_class(const std::vector<std::string>& known, const std::string& where) const {
    if (class_.empty() || std::find(known.begin(), known.end(), class_) != known.end()) return;
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    throw Error({where, "the vocabulary of " + names, "that of " + class_,
                 "save it as a tokenizer.json: in Python, "
                 "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"});
}

} // namespace gf
