#pragma once
// The content of a SentencePiece model, a tokenizer.model (google/sentencepiece sentencepiece_model.proto).
// Used by the tokenizer of text/sentencepiece.h.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct SentencePieceModel {
    enum class PieceType { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
    struct Piece {
        std::string name;
        float score = 0;
        PieceType type = PieceType::normal;
    };
    enum class Kind { unigram = 1, bpe = 2, word = 3, characters = 4 };

    std::vector<Piece> pieces; // by id
    Kind kind = Kind::unigram;
    bool space_is_suffix = false; ///< a word ends with its space, and does not begin with it
    bool byte_fallback = false;   ///< unknown characters become the pieces of their bytes
    int bos_id = 1, eos_id = 2;   ///< -1 for none

    // The normalizer
    std::string charsmap;                 ///< for Charsmap; empty for none
    bool add_dummy_prefix = true;         ///< a space stands in front of (or after) every text
    bool remove_extra_whitespaces = true; ///< no space at the ends, and one only between words
    bool escape_whitespaces = true;       ///< spaces are written as U+2581
};

/// Reads the content of a tokenizer.model, which `where` names in messages.
/// @throws Error if it is damaged, or no such model
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& where);

} // namespace gf
