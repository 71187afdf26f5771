#pragma once
// The terms that a learner meets in this program, each with one plain sentence, its formula and what else
// helps. The window's tooltips and its glossary, and docs/glossary.md, all read this table.

#include <span>
#include <string_view>

namespace gf {

/// The chapters of the glossary.
enum class TermGroup {
    text,
    vectors,
    attention,
    mlp,
    output,
    sampling,
    figures,
    roles,
    runs,
    parameters,
};
inline constexpr int k_n_term_groups = static_cast<int>(TermGroup::parameters) + 1;

struct Term {
    std::string_view name;  ///< "attention weight"
    TermGroup group;        ///< the chapter
    std::string_view plain; ///< one sentence of at most k_max_plain_words, without any sign of a formula
    std::string_view formula = {}; ///< as papers write it; empty: none
    std::string_view more = {};    ///< what else helps; [brackets] stand around the names of other terms
    std::string_view also = {};    ///< other names, separated by commas: "W_Q, q_proj"
};
inline constexpr int k_max_plain_words = 25;

/// All terms, chapter by chapter.
std::span<const Term> terms();
/// The heading of a chapter: "Attention".
std::string_view heading(TermGroup group);
/// The term of this name, or with this other name, whatever its capitals; null if there is none.
const Term* find_term(std::string_view name);
/// The same, for names that are known to be there. @throws std::logic_error if it is not
const Term& term(std::string_view name);

/// A part of Term::more: words, or the name of another term that can be opened.
struct TermText {
    std::string_view words;
    bool is_link = false;
};
/// Takes the next part from the front of `text`, which must not be empty.
TermText take_term_text(std::string_view& text);

} // namespace gf
