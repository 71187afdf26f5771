#pragma once
// Finding by a few letters: how well a query fits a text. Used by the command palette and by the Inspector's
// search for names.

#include <string_view>

namespace gf::ui {

/// How a word stands in a text: not at all, within a word, at the beginning of one, as one.
enum class WordFit { none, inside, start, whole };
/// How the word of the query stands there that fits worst. In either case; an empty query fits whole.
WordFit word_fit(std::string_view query, std::string_view text);

/// The higher, the better; negative if the query does not fit. Every word of the query must occur in the
/// text, in any order and in either case: as it stands (best at the beginning of a word), or as letters that
/// follow each other with others between. Among equals the shortest text wins.
float fuzzy_score(std::string_view query, std::string_view text);

} // namespace gf::ui
