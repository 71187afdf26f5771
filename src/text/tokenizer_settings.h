#pragma once
// What stands beside a vocabulary in a model's folder: tokenizer_config.json, special_tokens_map.json,
// added_tokens.json, and the model_type of config.json. A tokenizer.json needs none of them; vocab.txt,
// vocab.json and tokenizer.model do. Used by load_tokenizer().

#include "io/json.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

class TokenizerSettings {
  public:
    /// Reads the files of `folder` that are there.
    /// @throws Error on damaged ones
    explicit TokenizerSettings(const std::filesystem::path& folder);

    /// The tokenizer's class in transformers, without "Fast": "GPT2Tokenizer"; empty where nobody says it.
    const std::string& tokenizer_class() const { return class_; }
    /// The "model_type" of config.json; empty if there is none.
    const std::string& model_type() const { return model_type_; }

    bool flag(const char* key, bool fallback) const;
    /// A flag that may be left out, or null.
    std::optional<bool> flag(const char* key) const;
    /// The text of a special token, such as "unk_token".
    std::string special_token(const char* key, const std::string& fallback) const;

    /// "added_tokens" for a tokenizer.json: those that the files name, and `defaults` if they name none, as
    /// far as `id_of` knows them or a file gives their id. Sorted by id.
    nlohmann::json added_tokens(const std::vector<std::string>& defaults,
                                const std::function<std::optional<int>(const std::string&)>& id_of) const;

    /// @throws Error unless the class is among `known`, or nobody says it. `where` names the vocabulary.
    void require_class(const std::vector<std::string>& known, const std::string& where) const;

  private:
    std::string where_; // of tokenizer_config.json
    nlohmann::json config_, special_, added_;
    std::string class_, model_type_;
};

} // namespace gf
