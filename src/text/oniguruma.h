#pragma once
// Translates regular expressions from Oniguruma's syntax (Ruby's), which Hugging Face's library uses, to
// PCRE2's. Used by Regex.

#include <string>
#include <string_view>

namespace gf {

/// The expression in PCRE2's syntax, for the options PCRE2_UTF, PCRE2_UCP and PCRE2_MULTILINE.
/// `where` names it in messages.
/// @throws Error on what PCRE2 cannot say
std::string translate_oniguruma(std::string_view pattern, const std::string& where);

} // namespace gf
