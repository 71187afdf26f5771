#pragma once
// Names that people type: patterns of them, and the valid ones nearest to a wrong one.

#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Up to `most` of `valid` by Levenshtein distance to `word`, nearest first, quoted and separated by commas.
std::string nearest_names(std::string_view word, const std::vector<std::string>& valid, int most = 3);

/// Whether all of `text` fits a pattern with `*` (any characters, or none) and `?` (any one).
bool glob_match(std::string_view pattern, std::string_view text);

} // namespace gf
