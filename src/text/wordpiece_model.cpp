#include "text/wordpiece_model.h"

#include "text/utf8.h"

namespace gf {

using nlohmann::json;

WordPieceModel::WordPieceModel(const json& model, const std::string& where) : SubwordModel(where) {
    constexpr int k_most_chars = 10'000; // encoding a word costs its length times that of the longest token
    json_check_keys(model,
                    {"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"},
                    where);
    const json& vocab = json_object(model, "vocab", where);
    read_vocab(vocab);
    for (const auto& [name, id] : vocab.items()) longest_ = std::max(longest_, name.size());
    read_unknown_token(model, "[UNK]");
    prefix_ = json_string_or(model, "continuing_subword_prefix", "##", where);
    max_chars_ =
        static_cast<std::size_t>(json_int_or(model, "max_input_chars_per_word", 100, where, 0, k_most_chars));
}

void WordPieceModel::encode(std::string_view piece, std::vector<PieceToken>& tokens) const {
    const std::size_t n_before = tokens.size();
    const auto find = [&](std::string_view name) { return vocab_.find(name); };
    const auto add = [&](int id, std::size_t begin, std::size_t end) { tokens.push_back({id, begin, end}); };
    if (count_chars(piece) <= max_chars_ && longest_match_first(piece, prefix_, longest_, find, add)) return;
    tokens.resize(n_before);
    add(unknown_id_for(piece), 0, piece.size());
}

} // namespace gf
