#include "core/words/term.h"

#include "core/words/term_rows.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>
#include <vector>

namespace gf {
namespace {

bool are_equal(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Whether a list such as "W_Q, q_proj" has the name.
bool lists(std::string_view names, std::string_view name) {
    while (!names.empty()) {
        const std::size_t comma = std::min(names.find(", "), names.size());
        if (are_equal(names.substr(0, comma), name)) return true;
        names.remove_prefix(std::min(comma + 2, names.size()));
    }
    return false;
}

} // namespace

std::span<const Term> terms() {
    static const std::vector<Term> all = [] {
        std::vector<Term> rows;
        for (const auto half : {detail::model_terms(), detail::work_terms()})
            rows.insert(rows.end(), half.begin(), half.end());
        std::stable_sort(rows.begin(), rows.end(),
                         [](const Term& a, const Term& b) { return a.group < b.group; });
        return rows;
    }();
    return all;
}

std::string_view heading(TermGroup group) {
    switch (group) {
    case TermGroup::text: return "Text and tokens";
    case TermGroup::vectors: return "From tokens to numbers";
    case TermGroup::attention: return "Attention";
    case TermGroup::mlp: return "MLP and experts";
    case TermGroup::output: return "What the model gives";
    case TermGroup::sampling: return "Choosing the next token";
    case TermGroup::figures: return "Figures";
    case TermGroup::roles: return "What heads do";
    case TermGroup::runs: return "Runs and experiments";
    case TermGroup::parameters: return "Parameters";
    }
    return "";
}

const Term* find_term(std::string_view name) {
    for (const Term& t : terms())
        if (are_equal(t.name, name)) return &t;
    for (const Term& t : terms())
        if (lists(t.also, name)) return &t;
    return nullptr;
}

const Term& term(std::string_view name) {
    if (const Term* found = find_term(name)) return *found;
    throw std::logic_error("no term '" + std::string(name) + "'");
}

TermText take_term_text(std::string_view& text) {
    const bool is_link = text.front() == '[';
    const std::size_t end = std::min(text.find(is_link ? ']' : '['), text.size());
    const std::string_view words = text.substr(is_link, end - (is_link ? 1 : 0));
    text.remove_prefix(std::min(end + (is_link ? 1 : 0), text.size()));
    return {words, is_link};
}

} // namespace gf
