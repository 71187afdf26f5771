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

/// The lower case of each character, regardless of the characters around it.
std::string lower_case(std::string_view text);

/// Drops U+FFFD and all control, format and private-use characters. White space becomes a space before that.
std::string clean_text(std::string_view text);

/// Puts a space before and after each CJK ideograph.
std::string space_out_ideographs(std::string_view text);

/// Normalizes to NFD and drops nonspacing marks.
std::string strip_accents(std::string_view text);

/// Replaces every well-formed stretch of `text`, which may hold any bytes, by f() of it. Other bytes stay.
std::string transform_valid(std::string_view text, std::string (*f)(std::string_view));

/// Does `c` have Unicode's property White_Space?
bool is_white_space(char32_t c);

} // namespace gf
