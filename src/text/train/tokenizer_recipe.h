#pragma once
// The settings for training a tokenizer, as plain data, and their JSON form. Used by train_tokenizer() and
// by `glassformer tokenizer`.

#include "io/json.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gf {

enum class TokenizerKind {
    bpe,        ///< byte-level byte-pair encoding, like GPT-2's
    wordpiece,  ///< like BERT's
    unigram,    ///< like SentencePiece's
    characters, ///< one token for each character
};

/// The name of the kind in a recipe's JSON.
std::string_view name(TokenizerKind kind);

struct TokenizerRecipe {
    // All kinds.
    TokenizerKind kind = TokenizerKind::bpe;
    int vocab_size = 0;         ///< most tokens, special ones included; 0: no limit (characters only)
    std::int64_t text_size = 0; ///< bytes at the beginning of the text to learn from; 0: all
    /// Rarer pairs (bpe, wordpiece), seed pieces (unigram) and characters (characters) do not become
    /// tokens. 0 stands for the kind's default, which is 1 for characters and 2 for the others.
    int min_frequency = 0;
    bool lowercase = false;    ///< wordpiece: strips accents, too, as BERT does
    std::string normalization; ///< nfc, nfd, nfkc, nfkd, or empty

    // Some kinds only.
    bool split_digits = false;      ///< bpe: every digit is a token of its own
    bool byte_fallback = false;     ///< characters: 256 byte tokens for what has no token, in place of unk
    int max_piece_length = 16;      ///< unigram: characters
    int seed_size = 0;              ///< unigram: pieces to begin with; 0: 20 times vocab_size
    double shrinking_factor = 0.75; ///< unigram: share of the pieces that a pruning keeps
    int em_steps = 2;               ///< unigram: rounds of expectation-maximisation between prunings

    /// From role (bos, eos, unk, pad, mask, cls, sep) to the token's name. Two roles may share a token. bos
    /// goes in front of every text, or cls and sep around it. A kind that needs unk has it without being
    /// asked for. A role set to null in JSON is left out.
    std::map<std::string, std::string> special_tokens;

    /// All of the above but the special tokens, as io/fields.h wants them.
    static void fields(auto& recipe, auto visit);
};

/// Reads {"kind": "bpe", "vocab_size": 512, "special_tokens": {"bos": "<s>"}, ...}, which has the fields
/// above by name. `where` names the recipe in messages.
/// @throws Error on an unknown key (naming the nearest), a value out of range, or an option of another kind.
TokenizerRecipe parse_tokenizer_recipe(const nlohmann::json& value, const std::string& where);

/// @throws Error, with `where` as the name of the recipe, if no tokenizer can be trained by it.
void validate(const TokenizerRecipe& recipe, const std::string& where);

} // namespace gf
