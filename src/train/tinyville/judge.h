#pragma once
// Judges running text by the grammar: the trees of grammar.h run as one automaton with memory (who plays
// which role).

#include "train/tinyville/grammar.h"

#include <string>
#include <string_view>

namespace gf::tinyville {

struct Verdict {
    bool grammatical = false; ///< every sentence is one of the grammar, agreement inside it included
    bool consistent =
        false; ///< and together they tell one story to its end: names, pronouns, owners, who did what
    bool true_to_world = false; ///< and its lasting facts are those of Tinyville
    std::string kind;           ///< of document, if it is consistent
    std::size_t at = 0;         ///< byte of the first problem
    std::string reason;         ///< empty if there is no problem
};

/// Judges running text (stories, scenes, facts, reviews). The work is linear in the length of the text. All
/// that the grammar can say is accepted, whoever takes part.
Verdict judge(std::string_view text);

} // namespace gf::tinyville
