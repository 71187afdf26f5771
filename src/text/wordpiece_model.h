#pragma once
// WordPiece: the longest token that fits, again and again (Devlin et al. 2018, BERT's tokenization.py).

#include "text/subword_model.h"

namespace gf {

/// Cuts `word` from the left into the longest tokens that `find` knows; what does not begin the word carries
/// `prefix`. False, with `ids` as they were, if some part has no token. `find(name)` gives
/// std::optional<int>.
template <class Find>
bool longest_match(std::string_view word, std::string_view prefix, std::size_t longest, Find&& find,
                   std::vector<int>& ids) {
    const std::size_t before = ids.size();
    std::string name;
    for (std::size_t at = 0; at < word.size();) {
        std::optional<int> id;
        std::size_t size = std::min(word.size() - at, longest);
        for (; size > 0; --size) {
            name.assign(at > 0 ? prefix : std::string_view());
            name += word.substr(at, size);
            if ((id = find(std::string_view(name)))) break;
        }
        if (!id) {
            ids.resize(before);
            return false;
        }
        ids.push_back(*id);
        at += size;
    }
    return true;
}

class WordPieceModel : public SubwordModel {
  public:
    WordPieceModel(const nlohmann::json& model, const std::string& where);
    void encode(std::string_view piece, std::vector<int>& ids) const override;

  private:
    std::string prefix_;
    std::size_t max_chars_ = 0; // longer words are unknown
    std::size_t longest_ = 0;   // bytes of the longest token
};

} // namespace gf
