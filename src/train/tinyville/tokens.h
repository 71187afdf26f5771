#pragma once
// Words and punctuation of running text. A quotation mark is two tokens, « and »; "Mira's" is Mira and 's.

#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

struct Token {
    std::string text;
    std::size_t begin, end; ///< bytes
};

/// Splits text; whitespace separates, except that a newline is a token of its own ("\n").
std::vector<Token> tokenize(std::string_view text);

/// Is there a space between these two tokens in well-set text?
bool space_between(std::string_view left, std::string_view right);

/// The characters of a token: « and » are both '"'.
std::string_view spelling(std::string_view token);

} // namespace gf::tinyville
