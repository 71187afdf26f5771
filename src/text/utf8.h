#pragma once
// UTF-8 that may be broken: tokens and prompts are bytes, and not every byte belongs to a character.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// One character, or one byte that belongs to none.
struct CodePoint {
    char32_t value = 0;   ///< the code point; the byte itself if not valid
    std::size_t size = 1; ///< bytes it takes: 1..4; 1 if not valid
    bool is_valid =
        false; ///< part of well-formed UTF-8 (Unicode table 3-7: no overlong forms, no surrogates)
};

/// Reads the character at `at` < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

/// Bytes from `at` on that are well-formed UTF-8.
std::size_t valid_utf8_size(std::string_view text, std::size_t at = 0);

bool is_valid_utf8(std::string_view text);

/// Appends the UTF-8 form of a code point (below 0x110000, no surrogate).
void append_utf8(std::string& text, char32_t value);

/// `<0xE2>`: how a byte that is no character is written, in vocabularies and on screen.
std::string byte_name(unsigned char byte);

/// The byte of such a name; none if `name` is not exactly one.
std::optional<unsigned char> byte_of_name(std::string_view name);

/// `text` with every byte that belongs to no character written as byte_name() does. The result is valid
/// UTF-8.
std::string escape_invalid_utf8(std::string_view text);

/// Number of characters of `text`; a byte that belongs to none counts as one.
std::size_t count_chars(std::string_view text);

} // namespace gf
