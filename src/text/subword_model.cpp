#include "text/subword_model.h"

#include "platform/error.h"
#include "text/bpe_model.h"
#include "text/unigram_model.h"
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

void SubwordModel::read_unknown_token(const json& model) {
    if (!json_has(model, "unk_token")) return;
    const std::string& name = json_string(model, "unk_token", where_);
    unknown_id_ = vocab_.find(name);
    if (!unknown_id_)
        throw Error({where_ + ": 'unk_token'", "a token of 'vocab'", name, "the file is damaged"});
}

std::unique_ptr<const SubwordModel> parse_subword_model(const json& model, const std::string& where) {
    const std::string type = json_string_or(model, "type", "BPE", where);
    if (type == "BPE") return std::make_unique<BpeModel>(model, where);
    if (type == "WordPiece") return std::make_unique<WordPieceModel>(model, where);
    if (type == "Unigram") return std::make_unique<UnigramModel>(model, where);
    throw Error({where + ": 'type'", "BPE, WordPiece or Unigram", type, "Glassformer does not support it"});
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
