#pragma once
// Sorts tokens by what kind of word they are in Tinyville: a name, a thing, a place ... by the tables of its
// lexicon, else a number, a mark, a piece of a word. Used where it is measured by what experts split texts
// up.

#include <string_view>
#include <vector>

namespace gf::tinyville {

/// The names of all kinds.
const std::vector<std::string_view>& word_kinds();

/// The index in word_kinds() of a token with this text; a space before a word does not count. A word that
/// stands in several tables is of the first one; a token without text is a mark.
int word_kind(std::string_view text);

} // namespace gf::tinyville
