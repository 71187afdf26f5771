#pragma once
// Unicode's ways to rewrite a text: normal forms, lower case, and what BERT's tokenizer does to it.

#include <string>
#include <string_view>

namespace gf {

// Each takes well-formed UTF-8 (utf8proc's version of Unicode).

std::string nfc(std::string_view text);
std::string nfd(std::string_view text);
std::string nfkc(std::string_view text);
std::string nfkd(std::string_view text);

/// Character by character, regardless of what stands around it.
std::string lower_case(std::string_view text);

/// Without U+0000, U+FFFD and control, format and private-use characters; white space becomes a space.
std::string clean_text(std::string_view text);

/// With a space before and after each CJK ideograph.
std::string space_out_ideographs(std::string_view text);

/// NFD, without nonspacing marks.
std::string strip_accents(std::string_view text);

/// `text` with f() of every stretch that is well-formed; other bytes stay.
std::string transform_valid(std::string_view text, std::string (*f)(std::string_view));

/// Unicode's White_Space.
bool is_white_space(char32_t c);

} // namespace gf
