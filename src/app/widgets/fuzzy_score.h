#pragma once
// Finding by a few letters: how well a query fits a text.

#include <string_view>

namespace gf::ui {

/// Higher is better; negative: it does not fit. Every word of the query must occur in the text, in any order
/// and in either case: as it stands, at best at the beginning of a word, or as letters in this order. Short
/// texts win.
float fuzzy_score(std::string_view query, std::string_view text);

} // namespace gf::ui
