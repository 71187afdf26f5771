#pragma once
// "Did you mean": the valid names nearest to a wrong one.

#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// Up to `most` of `valid` by Levenshtein distance to `word`, nearest first, quoted and separated by commas.
std::string nearest_names(std::string_view word, const std::vector<std::string>& valid, int most = 3);

} // namespace gf
