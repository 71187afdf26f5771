#pragma once
// What a tokenizer is to be trained as: plain data, and its JSON form.

#include "io/json.h"

#include <cstdint>
#include <map>
#include <string>

namespace gf {

enum class TokenizerKind {
    bpe,        ///< byte-level byte-pair encoding, as GPT-2's
    wordpiece,  ///< as BERT's
    unigram,    ///< as SentencePiece's
    characters, ///< every Unicode scalar a token
};

std::string name(TokenizerKind kind);

struct TokenizerRecipe {
    TokenizerKind kind = TokenizerKind::bpe;
    int vocab_size = 0;         ///< most tokens, special ones included; 0: no limit (characters only)
    std::int64_t text_size = 0; ///< bytes at the beginning of the text to learn from; 0: all
    int min_frequency = 0; ///< of a pair, a seed piece, a character; 0: the kind's default, 2 (characters: 1)
    bool lowercase = false;    ///< wordpiece: strips accents, too, as BERT does
    bool split_digits = false; ///< bpe: every digit is a token of its own
    std::string normalization; ///< nfc, nfd, nfkc, nfkd, or empty
    bool byte_fallback =
        false; ///< characters: 256 tokens for the bytes of characters that have none, in place of unk
    int max_piece_length = 16;      ///< unigram: characters
    int seed_size = 0;              ///< unigram: pieces to begin with; 0: 20 for each of vocab_size
    double shrinking_factor = 0.75; ///< unigram: share of the pieces that a pruning keeps
    int em_steps = 2;               ///< unigram: between prunings

    /// Role (bos, eos, unk, pad, mask, cls, sep) to name. Two roles may share a token. bos goes in front of
    /// every text, or cls and sep around it. unk is there without being asked for where the kind needs one; a
    /// role set to null is left out.
    std::map<std::string, std::string> special_tokens;
};

/// Reads {"kind": "bpe", "vocab_size": 512, "special_tokens": {"bos": "<s>"}, ...}: the fields above by name.
/// Throws Error, with `where`, on an unknown key (naming the nearest), a value out of range, and an option
/// that is another kind's.
TokenizerRecipe parse_tokenizer_recipe(const nlohmann::json& value, const std::string& where);
nlohmann::json recipe_json(const TokenizerRecipe& recipe);

/// Throws Error, with `where`, if no tokenizer can be trained so.
void validate(const TokenizerRecipe& recipe, const std::string& where);

} // namespace gf
