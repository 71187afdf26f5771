#pragma once
// WordPiece takes the longest token that a word begins with, and goes on with the rest of the word (Devlin
// et al. 2018, BERT's tokenization.py). Made by parse_subword_model().

#include "text/subword_model.h"

#include <algorithm>

namespace gf {

/// Cuts `word` from the left into the longest tokens that find(name), which gives a std::optional<int>,
/// knows, and calls found(id, begin, end) for each. The names of tokens that do not begin the word carry
/// `prefix`; no token is longer than `longest` bytes. Returns false if some part of the word has no token.
/// Used by WordPieceModel and by its trainer.
template <class Find, class Found>
bool longest_match_first(std::string_view word, std::string_view prefix, std::size_t longest, Find&& find,
                         Found&& found) {
    std::string name;
    for (std::size_t at = 0; at < word.size();) {
        std::optional<int> id;
        std::size_t size = std::min(word.size() - at, longest);
        for (; size > 0; --size) {
            name.assign(at > 0 ? prefix : std::string_view());
            name += word.substr(at, size);
            if ((id = find(std::string_view(name)))) break;
        }
        if (!id) return false;
        found(*id, at, at + size);
        at += size;
    }
    return true;
}

class WordPieceModel : public SubwordModel {
  public:
    /// @throws Error on a damaged model, and on settings that Glassformer does not support.
    WordPieceModel(const nlohmann::json& model, const std::string& where);
    void encode(std::string_view piece, std::vector<PieceToken>& tokens) const override;

  private:
    std::string prefix_;        // of tokens that continue a word
    std::size_t max_chars_ = 0; // longer words are unknown
    std::size_t longest_ = 0;   // bytes of the longest token
};

} // namespace gf
