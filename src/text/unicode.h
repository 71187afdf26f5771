#pragma once
// Ways to rewrite a text by Unicode's tables, in utf8proc's version: normal forms, lower case, and what
// BERT's tokenizer does. Used by normalizers. The functions take well-formed UTF-8 unless they say otherwise.

#include <string>
#include <string_view>

namespace gf {

// The four normal forms (Unicode Standard Annex #15).
std::string nfc(std::string_view text);
std::string nfd(std::string_view text);
std::string nfkc(std::string_view text);
std::string nfkd(std::string_view text);

/// The end of the block that begins at byte `begin`. No normal form lets characters of two blocks change each
/// other: a block is a character with what combines with it, or a run of ASCII.
std::size_t normal_block_end(std::string_view text, std::size_t begin);

/// The end of what a reader takes for one character and begins at byte `begin` (Annex #29: extended grapheme
/// clusters), in a text that may hold any bytes; one that is no UTF-8 stands by itself.
std::size_t grapheme_end(std::string_view text, std::size_t begin);

// What becomes of one character is appended to `out`.

/// Its lower case, regardless of the characters around it.
void lower_case(char32_t c, std::string& out);

/// BERT's cleaning: control, format and private-use characters, U+0000 and U+FFFD vanish, all but tab, line
/// feed and carriage return, which become a space as other white space does.
void clean_text(char32_t c, std::string& out);

/// A space before and after each CJK ideograph.
void space_out_ideographs(char32_t c, std::string& out);

/// Nothing for a nonspacing mark; the marks of letters are those after nfd().
void drop_nonspacing_mark(char32_t c, std::string& out);

/// Nothing for any mark.
void drop_mark(char32_t c, std::string& out);

/// The cleaning of SentencePiece's rule "nmt": control characters vanish, and white space, zero-width
/// characters and U+2581 become a space.
void nmt(char32_t c, std::string& out);

/// Does `c` have Unicode's property White_Space?
bool is_white_space(char32_t c);

/// Is `c` a letter, mark, decimal digit, connector or joiner? Unicode's property Alphabetic counts as a
/// letter.
bool is_word_character(char32_t c);

/// The end of the white space that begins at byte `begin` of a text, which may hold any bytes.
std::size_t white_space_end(std::string_view text, std::size_t begin);

/// The begin, at least `low`, of the white space that ends at byte `end`.
std::size_t white_space_begin(std::string_view text, std::size_t end, std::size_t low = 0);

} // namespace gf
