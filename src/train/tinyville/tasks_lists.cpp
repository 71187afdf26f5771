// Lists of words: reverse, first, last ... and compositions of two; brackets.

#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

/// Singular nouns: things and animals.
const Words& pool() {
    static const Words words = [] {
        Words all;
        for (const char* t : {"thing", "kind"})
            for (const Entry& e : table(t).entries)
                if (e.cls == 's' && e.sense.empty()) all.push_back(e.columns[0]);
        return all;
    }();
    return words;
}

Words different_words(Draw& draw, int n) {
    Words words;
    while (static_cast<int>(words.size()) < n)
        if (const std::string& w = draw.of(pool()); std::ranges::find(words, w) == words.end())
            words.push_back(w);
    return words;
}

/// The words after the head, if all are of the pool and there are at least `least`.
std::optional<Words> read_list(std::string_view question, std::size_t least) {
    const std::size_t colon = question.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    Words words = split_words(question.substr(colon + 2));
    auto known = [](const std::string& w) { return std::ranges::find(pool(), w) != pool().end(); };
    return words.size() >= least && std::ranges::all_of(words, known) ? std::optional(words) : std::nullopt;
}

struct Operation {
    const char* name;
    Words (*apply)(const Words&);
};

constexpr std::array<Operation, 5> k_operations = {{
    {"reverse", [](const Words& w) { return Words(w.rbegin(), w.rend()); }},
    {"first", [](const Words& w) { return Words{w.front()}; }},
    {"last", [](const Words& w) { return Words{w.back()}; }},
    {"rest", [](const Words& w) { return Words(w.begin() + 1, w.end()); }},
    {"swap",
     [](const Words& w) {
         Words swapped = w;
         std::swap(swapped.front(), swapped.back());
         return swapped;
     }},
}};

const Operation* find_operation(std::string_view name) {
    const auto at = std::ranges::find_if(k_operations, [&](const Operation& o) { return o.name == name; });
    return at == k_operations.end() ? nullptr : &*at;
}

template <int index>
std::string draw_operation(Draw& draw) {
    return std::string(k_operations[index].name) + ": " +
           join_words(different_words(draw, draw.between(3, 6)));
}

template <int index>
std::optional<std::string> answer_operation(std::string_view question) {
    const auto words = read_list(question, 2);
    return words ? std::optional(join_words(k_operations[index].apply(*words))) : std::nullopt;
}

std::string draw_composition(Draw& draw) {
    static constexpr std::array<const char*, 3> k_first = {"reverse", "rest", "swap"};
    const char* one = k_first[static_cast<std::size_t>(draw.below(3))];
    const char* two = k_operations[static_cast<std::size_t>(draw.below(5))].name;
    return std::string(one) + ", " + two + ": " + join_words(different_words(draw, draw.between(3, 6)));
}

std::optional<std::string> answer_composition(std::string_view question) {
    auto words = read_list(question, 3);
    if (!words) return std::nullopt;
    for (const std::string& name : split_words(question.substr(0, question.find(':')), ", "))
        words = find_operation(name)->apply(*words);
    return join_words(*words);
}

std::string draw_repeat(Draw& draw) {
    return "repeat: " + join_words(different_words(draw, draw.between(3, 8)));
}
std::optional<std::string> answer_repeat(std::string_view question) {
    const auto words = read_list(question, 1);
    return words ? std::optional(join_words(*words)) : std::nullopt;
}

/// Long random lists said twice more: text that nothing but induction predicts.
std::string draw_twice(Draw& draw) {
    return "twice: " + join_words(different_words(draw, draw.between(6, 20)));
}
std::optional<std::string> answer_twice(std::string_view question) {
    const auto words = read_list(question, 1);
    return words ? std::optional(join_words(*words) + " " + join_words(*words)) : std::nullopt;
}

std::string draw_count(Draw& draw) {
    const Words few = different_words(draw, 3);
    Words list;
    for (int n = draw.between(3, 6); n > 0; --n) list.push_back(draw.of(few));
    return "count: " + draw.of(few) + " in " + join_words(list);
}
std::optional<std::string> answer_count(std::string_view question) {
    const std::size_t in = question.find(" in ");
    if (in == std::string_view::npos) return std::nullopt;
    const auto wanted = read_list(question.substr(0, in), 1);
    const auto list = read_list(std::string("in: ") + std::string(question.substr(in + 4)), 1);
    if (!wanted || wanted->size() != 1 || !list) return std::nullopt;
    return std::to_string(std::ranges::count(*list, wanted->front()));
}

constexpr std::string_view k_open = "([{", k_close = ")]}";

void draw_brackets(Draw& draw, int depth, int& left, Words& out) {
    while (left > 0 && (depth == 0 || draw.chance(60))) {
        const auto kind = static_cast<std::size_t>(draw.below(3));
        --left;
        out.emplace_back(1, k_open[kind]);
        if (depth < 4) draw_brackets(draw, depth + 1, left, out);
        out.emplace_back(1, k_close[kind]);
    }
}

Words balanced(Draw& draw) {
    int pairs = draw.between(2, 5);
    Words out;
    draw_brackets(draw, 0, pairs, out);
    return out;
}

/// The brackets that stay open, outermost first; none if one closes wrongly or a word is no bracket.
std::optional<std::string> open_brackets(std::string_view question) {
    const std::size_t colon = question.find(": ");
    if (colon == std::string_view::npos) return std::nullopt;
    std::string open;
    for (const std::string& w : split_words(question.substr(colon + 2))) {
        if (w.size() != 1) return std::nullopt;
        if (k_open.find(w[0]) != std::string_view::npos) {
            open += w[0];
        } else {
            const std::size_t kind = k_close.find(w[0]);
            if (kind == std::string_view::npos || open.empty() || open.back() != k_open[kind])
                return std::nullopt;
            open.pop_back();
        }
    }
    return open;
}

std::string draw_balance(Draw& draw) {
    Words words = balanced(draw);
    if (draw.chance(50)) { // one bracket lost, turned or exchanged
        const auto at = static_cast<std::size_t>(draw.below(static_cast<int>(words.size())));
        const std::string all = std::string(k_open) + std::string(k_close);
        if (draw.chance(40))
            words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
        else
            words[at] = std::string(1, all[static_cast<std::size_t>(draw.below(6))]);
    }
    return "brackets: " + join_words(words);
}
std::optional<std::string> answer_balance(std::string_view question) {
    for (const std::string& w :
         split_words(question.substr(std::min(question.find(": ") + 2, question.size()))))
        if (w.size() != 1 || (std::string(k_open) + std::string(k_close)).find(w) == std::string::npos)
            return std::nullopt;
    const auto open = open_brackets(question);
    return open && open->empty() ? "yes" : "no";
}

std::string draw_close(Draw& draw) {
    Words words = balanced(draw), prefix;
    do {
        const int n = draw.between(1, static_cast<int>(words.size()) - 1);
        prefix.assign(words.begin(), words.begin() + n);
    } while (open_brackets(": " + join_words(prefix))->empty());
    return "close: " + join_words(prefix);
}
std::optional<std::string> answer_close(std::string_view question) {
    const auto open = open_brackets(question);
    if (!open || open->empty()) return std::nullopt;
    Words answer;
    for (auto c = open->rbegin(); c != open->rend(); ++c) answer.emplace_back(1, k_close[k_open.find(*c)]);
    return join_words(answer);
}

} // namespace

bool is_composition(std::string_view head) {
    const auto names = split_words(head, ", ");
    return names.size() == 2 && find_operation(names[0]) && find_operation(names[1]);
}

bool is_held_out_composition(std::string_view question) {
    static constexpr std::array<std::string_view, 4> k_held_out = {"reverse, rest", "swap, first",
                                                                   "rest, last", "rest, swap"};
    return std::ranges::find(k_held_out, question.substr(0, question.find(':'))) != k_held_out.end();
}

const std::vector<Task> k_list_tasks = {
    {"reverse", "lists", "stories", "instruction", " -> ", 20, draw_operation<0>, answer_operation<0>,
     whole_key},
    {"first", "lists", "stories", "instruction", " -> ", 8, draw_operation<1>, answer_operation<1>,
     whole_key},
    {"last", "lists", "stories", "instruction", " -> ", 8, draw_operation<2>, answer_operation<2>, whole_key},
    {"rest", "lists", "stories", "instruction", " -> ", 8, draw_operation<3>, answer_operation<3>, whole_key},
    {"swap", "lists", "stories", "instruction", " -> ", 12, draw_operation<4>, answer_operation<4>,
     whole_key},
    {"compose", "lists", "stories", "composition", " -> ", 12, draw_composition, answer_composition,
     [](std::string_view question) { return std::string(question); }},
    {"repeat", "lists", "stories", "instruction", " -> ", 10, draw_repeat, answer_repeat, whole_key},
    {"twice", "lists", "stories", "induction", " -> ", 30, draw_twice, answer_twice, whole_key},
    {"count", "lists", "stories", "counting", " -> ", 16, draw_count, answer_count, whole_key},
    {"brackets", "brackets", "code", "brackets", " -> ", 20, draw_balance, answer_balance, whole_key},
    {"close", "brackets", "code", "brackets", " -> ", 20, draw_close, answer_close, whole_key},
};

} // namespace gf::tinyville
