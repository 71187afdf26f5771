#pragma once
// UTF-8 that may be broken: tokens and prompts are bytes, and not every byte belongs to a character.
// Used by everything that reads, cuts or displays text.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// One character, or one byte that belongs to none.
struct CodePoint {
    char32_t value = 0;    ///< the code point; the byte itself if not valid
    std::size_t size = 1;  ///< length in bytes, 1 to 4; 1 if not valid
    bool is_valid = false; ///< well-formed by Unicode's table 3-7: no overlong forms, no surrogates
};

/// Reads the character at byte `at`, which must be below text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

/// Calls visit(character) with a view of each character in turn. A byte that belongs to none counts as one.
template <class Visit>
void for_each_char(std::string_view text, Visit&& visit) {
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        size = code_point_at(text, at).size;
        visit(text.substr(at, size));
    }
}

/// Number of bytes, from `at` on, up to the first that is not well-formed UTF-8.
std::size_t valid_utf8_size(std::string_view text, std::size_t at = 0);

/// Where the last character begins; a byte that belongs to none counts as one. 0 for an empty text.
std::size_t last_char_begin(std::string_view text);

bool is_valid_utf8(std::string_view text);

/// Appends the UTF-8 form of a code point (below 0x110000, no surrogate).
void append_utf8(std::string& text, char32_t value);

/// `<0xE2>`: how a byte that is no character is written, in vocabularies and on screen.
std::string byte_name(unsigned char byte);

/// The byte that such a name stands for; none if `name` is no byte_name().
std::optional<unsigned char> byte_of_name(std::string_view name);

/// Writes every byte that belongs to no character as its byte_name(), so that the result is valid UTF-8.
std::string escape_invalid_utf8(std::string_view text);

/// Number of characters of `text`; a byte that belongs to none counts as one.
std::size_t count_chars(std::string_view text);

} // namespace gf
