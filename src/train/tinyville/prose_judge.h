#pragma once
// Judges running text by the grammar: the trees of grammar.h run as one automaton that remembers who plays
// which role. Called by document_check.h, which judges tasks too.

#include <cstddef>
#include <string>
#include <string_view>

namespace gf::tinyville {

struct Verdict {
    bool grammatical = false;   ///< every sentence is one of the grammar, agreement inside it included
    bool consistent = false;    ///< and together they are one story to its end: names, pronouns, who did what
    bool true_to_world = false; ///< and its lasting facts are those of Tinyville
    std::string kind;           ///< the kind of document, if it is consistent
    std::size_t at = 0;         ///< byte of the first problem
    std::string reason;         ///< empty if there is no problem
};

/// Judges a story, scene, review or facts, in time linear in the length of the text. All that the grammar can
/// say is accepted, whoever takes part.
Verdict judge_prose(std::string_view text);

} // namespace gf::tinyville
