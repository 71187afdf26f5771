#include "text/subword_model.h"

#include "platform/error.h"
#include "text/bpe_model.h"
#include "text/unigram_model.h"
#include "text/utf8.h"
#include "text/wordlevel_model.h"
#include "text/wordpiece_model.h"

#include <fmt/format.h>
#include <limits>

namespace gf {

using nlohmann::json;

void SubwordModel::read_vocab(const json& vocab) {
    for (const auto& [name, id] : vocab.items())
        vocab_.add(name, static_cast<int>(json_int(vocab, name, where_ + ": 'vocab'", 0,
                                                   std::numeric_limits<int>::max())));
}

void SubwordModel::read_unknown_token(const json& model, const std::string& fallback) {
    unknown_name_ = json_string_or(model, "unk_token", fallback, where_);
    unknown_id_ = vocab_.find(unknown_name_);
}

int SubwordModel::unknown_id_for(std::string_view text) const {
    if (unknown_id_) return *unknown_id_;
    const std::string unknown =
        unknown_name_.empty() ? "no unknown token" : "not '" + unknown_name_ + "' either";
    throw Error({where_ + ": 'vocab'", "a token for every character of the text",
                 fmt::format("none for '{}', and {}", escape_invalid_utf8(text.substr(0, 60)), unknown),
                 "leave the character out, or add the unknown token to the vocabulary"});
}

namespace {

/// The type of a model that does not say it.
std::string guess_model_type(const json& model) {
    if (json_has(model, "merges")) return "BPE";
    if (const auto vocab = model.find("vocab"); vocab != model.end() && vocab->is_array()) return "Unigram";
    return json_has(model, "max_input_chars_per_word") || json_has(model, "continuing_subword_prefix")
               ? "WordPiece"
               : "WordLevel";
}

} // namespace

std::unique_ptr<const SubwordModel> parse_subword_model(const json& model, const std::string& where) {
    const std::string type =
        json_has(model, "type") ? json_string(model, "type", where) : guess_model_type(model);
    if (type == "BPE") return std::make_unique<BpeModel>(model, where);
    if (type == "WordPiece") return std::make_unique<WordPieceModel>(model, where);
    if (type == "WordLevel") return std::make_unique<WordLevelModel>(model, where);
    if (type == "Unigram") return std::make_unique<UnigramModel>(model, where);
    throw Error({where + ": 'type'", "BPE, WordPiece, WordLevel or Unigram", type,
                 "train the tokenizer with one of these models"});
}

std::vector<std::pair<std::string, int>> vocab_entries(const json& vocab) {
    std::vector<std::pair<std::string, int>> entries;
    if (vocab.is_array()) {
        for (const json& entry : vocab)
            entries.emplace_back(entry.at(0).get<std::string>(), static_cast<int>(entries.size()));
    } else {
        for (const auto& [name, id] : vocab.items()) entries.emplace_back(name, id.get<int>());
    }
    return entries;
}

} // namespace gf
