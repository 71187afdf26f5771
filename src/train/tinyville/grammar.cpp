#include "train/tinyville/grammar.h"

#include "platform/error.h"
#include "train/tinyville/grammar_reader.h"
#include "train/tinyville/grammar_text.h"
#include "train/tinyville/word_tokens.h"

#include <algorithm>

namespace gf::tinyville {

const Role& ProseKind::role(char letter) const {
    const auto at = std::ranges::find(roles, letter, &Role::letter);
    if (at == roles.end())
        throw Error({"grammar, " + name, "a role of the document", std::string(1, letter), ""});
    return *at;
}

Grammar::Grammar(std::string_view text) {
    GrammarReader(*this).read(text);
    for (const Table& t : tables()) {
        auto& entries = forms_.emplace_back();
        for (const Entry& e : t.entries) {
            auto& columns = entries.emplace_back();
            for (const std::string& form : e.forms) {
                auto& ids = columns.emplace_back();
                for (const WordToken& token : word_tokens(form)) ids.push_back(intern(token.text));
            }
        }
    }
}

const Grammar& Grammar::get() {
    static const Grammar grammar(std::string(k_grammar_pieces) + k_grammar_stories_lost_to_learn +
                                 k_grammar_stories_storm_to_fishing + k_grammar_scenes);
    return grammar;
}

int Grammar::intern(const std::string& word) {
    const auto [at, is_new] = ids_.emplace(word, n_words());
    if (is_new) words_.push_back(word);
    return at->second;
}

int Grammar::find(const std::string& word) const {
    const auto at = ids_.find(word);
    return at == ids_.end() ? -1 : at->second;
}

/// Choices in sequence multiply; alternatives of a plot add up; wordings have no choices of plot inside.
double count_templates(const GrammarNode& node) {
    switch (node.kind) {
    case NodeKind::sequence: {
        double product = 1;
        for (const GrammarNode& child : node.children) product *= count_templates(child);
        return product;
    }
    case NodeKind::plot_choice: {
        double sum = 0;
        for (const GrammarNode& child : node.children) sum += count_templates(child);
        return sum;
    }
    default: return 1;
    }
}

} // namespace gf::tinyville
