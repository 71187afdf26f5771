#pragma once
// Names that people type: whether they fit a pattern, and which valid names are nearest to a wrong one. Used
// by everything that reads names: options, config files, edits.

#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Up to `max_names` of the valid names that are nearest to `word` by Levenshtein distance, nearest first, in
/// quotation marks and separated by commas.
std::string nearest_names(std::string_view word, const std::vector<std::string>& valid, int max_names = 3);

/// Whether all of `text` fits a pattern with `*` (any characters, or none) and `?` (any one).
bool glob_match(std::string_view pattern, std::string_view text);

} // namespace gf
