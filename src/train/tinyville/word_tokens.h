#pragma once
// Words and punctuation of running text, as the grammar and its judge see them. (What a model sees is made by
// text/tokenizer.h.) A quotation mark is one of two tokens, « and »; "Mira's" is the tokens Mira and 's.

#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

struct WordToken {
    std::string text;
    std::size_t begin, end; ///< bytes of the text it was found in
};

/// Splits text at spaces and around punctuation. A newline is a token of its own ("\n").
std::vector<WordToken> word_tokens(std::string_view text);

/// Does a space stand between these two tokens in well-set text? (`left` is empty at the beginning.)
bool space_between(std::string_view left, std::string_view right);

/// How a token is written: « and » are both '"'.
std::string_view spelling(std::string_view token);

bool is_end_of_sentence(std::string_view token); ///< . ! ?

} // namespace gf::tinyville
