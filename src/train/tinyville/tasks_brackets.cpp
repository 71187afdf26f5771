// Tasks on brackets: are they balanced, and what closes those that are open?

#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view k_opening = "([{", k_closing = ")]}";
constexpr std::string_view k_brackets = "([{)]}";
constexpr int k_deepest = 5;

/// Appends pairs of brackets, side by side and inside each other, until no pairs are left or chance ends it.
/// The outermost call uses up all pairs.
void append_pairs(RandomStream& random, int depth, int& n_left, Words& brackets) {
    while (n_left > 0 && (depth == 0 || random.chance(60))) {
        const auto kind = static_cast<std::size_t>(random.below(3));
        --n_left;
        brackets.emplace_back(1, k_opening[kind]);
        if (depth + 1 < k_deepest) append_pairs(random, depth + 1, n_left, brackets);
        brackets.emplace_back(1, k_closing[kind]);
    }
}

Words draw_balanced(RandomStream& random) {
    int n_pairs = random.between(2, 5);
    Words brackets;
    append_pairs(random, 0, n_pairs, brackets);
    return brackets;
}

bool is_bracket(const std::string& word) {
    return word.size() == 1 && k_brackets.find(word[0]) != std::string_view::npos;
}

/// The brackets that stay open, outermost first; none if one closes wrongly or a word is no bracket.
std::optional<std::string> open_brackets(const Words& words) {
    std::string open;
    for (const std::string& w : words) {
        if (!is_bracket(w)) return std::nullopt;
        if (k_opening.find(w[0]) != std::string_view::npos) {
            open += w[0];
        } else {
            const std::size_t kind = k_closing.find(w[0]);
            if (open.empty() || open.back() != k_opening[kind]) return std::nullopt;
            open.pop_back();
        }
    }
    return open;
}

/// Half of the questions have one bracket lost, turned or exchanged (which may leave them balanced).
std::string draw_brackets(RandomStream& random) {
    Words words = draw_balanced(random);
    if (random.chance(50)) {
        const auto at = static_cast<std::size_t>(random.below(static_cast<int>(words.size())));
        if (random.chance(40))
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
        else
            words[at] = std::string(1, k_brackets[static_cast<std::size_t>(random.below(6))]);
    }
    return "brackets: " + join_words(words);
}
std::optional<std::string> answer_brackets(std::string_view question) {
    const auto body = question_body(question);
    if (!body) return std::nullopt;
    const Words words = split_words(*body);
    if (!std::ranges::all_of(words, is_bracket)) return std::nullopt;
    const auto open = open_brackets(words);
    return open && open->empty() ? "yes" : "no";
}

/// The question is cut off where some brackets are open.
std::string draw_close(RandomStream& random) {
    Words words = draw_balanced(random), prefix;
    do {
        const int n = random.between(1, static_cast<int>(words.size()) - 1);
        prefix.assign(words.begin(), words.begin() + n);
    } while (open_brackets(prefix)->empty());
    return "close: " + join_words(prefix);
}
std::optional<std::string> answer_close(std::string_view question) {
    const auto body = question_body(question);
    const auto open = body ? open_brackets(split_words(*body)) : std::nullopt;
    if (!open || open->empty()) return std::nullopt;
    Words answer;
    for (auto c = open->rbegin(); c != open->rend(); ++c)
        answer.emplace_back(1, k_closing[k_opening.find(*c)]);
    return join_words(answer);
}

} // namespace

const std::vector<Task> k_bracket_tasks = {
    {"brackets", "brackets", "code", "brackets", " -> ", 20, draw_brackets, answer_brackets, body_key},
    {"close", "brackets", "code", "brackets", " -> ", 20, draw_close, answer_close, body_key},
};

} // namespace gf::tinyville
