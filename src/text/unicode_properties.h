#pragma once
// The sets of characters that Oniguruma knows by name, as parts of a PCRE2 character class. Used by the
// translator of regular expressions and by pre-tokenizers.

#include <optional>
#include <string>
#include <string_view>

namespace gf {

/// Letters, marks, decimal digits and connectors: \w inside of [ ].
inline constexpr std::string_view k_word_characters = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

/// What may stand in [ ] for \p{name}; none if PCRE2 has no such property. Case, spaces, _ and - do not
/// matter.
std::optional<std::string> unicode_property(std::string_view name);

/// What may stand in [ ] for [:name:].
std::optional<std::string> posix_property(std::string_view name);

} // namespace gf
