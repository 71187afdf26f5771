// Tasks on lists of words: reverse, first, last ... and compositions of two of these; repeating and counting.

#include "train/tinyville/lexicon.h"
#include "train/tinyville/tasks.h"

#include <algorithm>
#include <array>

namespace gf::tinyville {
namespace {

using Words = std::vector<std::string>;

/// The nouns that lists are made of: things, animals and trades in the singular, with one sense only.
const Words& list_words() {
    static const Words words = [] {
        Words all;
        for (const char* name : {"thing", "kind"})
            for (const Entry& e : table(name).entries)
                if (e.gender_or_number == 's' && e.sense.empty()) all.push_back(e.forms[0]);
        return all;
    }();
    return words;
}

Words different_words(RandomStream& random, int n) {
    Words words;
    while (static_cast<int>(words.size()) < n)
        if (const std::string& w = random.pick(list_words()); std::ranges::find(words, w) == words.end())
            words.push_back(w);
    return words;
}

/// The words of a list, if all are known and there are at least `least`.
std::optional<Words> read_list(std::string_view text, std::size_t least) {
    Words words = split_words(text);
    auto known = [](const std::string& w) {
        return std::ranges::find(list_words(), w) != list_words().end();
    };
    if (words.size() < least || !std::ranges::all_of(words, known)) return std::nullopt;
    return words;
}

/// The list behind the question's head.
std::optional<Words> read_question(std::string_view question, std::size_t least) {
    const auto body = question_body(question);
    return body ? read_list(*body, least) : std::nullopt;
}

struct Operation {
    const char* name;
    Words (*apply)(const Words&);
};

// In the order of OperationIndex.
enum OperationIndex { reverse, first, last, rest, swap };
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

template <OperationIndex index>
std::string draw_operation(RandomStream& random) {
    return std::string(k_operations[index].name) + ": " +
           join_words(different_words(random, random.between(3, 6)));
}

template <OperationIndex index>
std::optional<std::string> answer_operation(std::string_view question) {
    const auto words = read_question(question, 2);
    return words ? std::optional(join_words(k_operations[index].apply(*words))) : std::nullopt;
}

/// What is applied first must leave a list for what is applied second.
std::string draw_composition(RandomStream& random) {
    static constexpr std::array k_applied_first = {reverse, rest, swap};
    const char* one = k_operations[k_applied_first[static_cast<std::size_t>(random.below(3))]].name;
    const char* two = k_operations[static_cast<std::size_t>(random.below(5))].name;
    return std::string(one) + ", " + two + ": " + join_words(different_words(random, random.between(3, 6)));
}

std::optional<std::string> answer_composition(std::string_view question) {
    auto words = read_question(question, 3);
    if (!words) return std::nullopt;
    for (const std::string& name : split_words(question.substr(0, question.find(':')), ", "))
        words = find_operation(name)->apply(*words);
    return join_words(*words);
}

std::string draw_repeat(RandomStream& random) {
    return "repeat: " + join_words(different_words(random, random.between(3, 8)));
}
std::optional<std::string> answer_repeat(std::string_view question) {
    const auto words = read_question(question, 1);
    return words ? std::optional(join_words(*words)) : std::nullopt;
}

/// A long random list, which the answer says twice more: only induction predicts it (Olsson et al. 2022).
std::string draw_twice(RandomStream& random) {
    return "twice: " + join_words(different_words(random, random.between(6, 20)));
}
std::optional<std::string> answer_twice(std::string_view question) {
    const auto words = read_question(question, 1);
    return words ? std::optional(join_words(*words) + " " + join_words(*words)) : std::nullopt;
}

std::string draw_count(RandomStream& random) {
    const Words few = different_words(random, 3);
    Words list;
    for (int n = random.between(3, 6); n > 0; --n) list.push_back(random.pick(few));
    return "count: " + random.pick(few) + " in " + join_words(list);
}
std::optional<std::string> answer_count(std::string_view question) {
    const std::size_t in = question.find(" in ");
    if (in == std::string_view::npos) return std::nullopt;
    const auto wanted = read_question(question.substr(0, in), 1);
    const auto list = read_list(question.substr(in + 4), 1);
    if (!wanted || wanted->size() != 1 || !list) return std::nullopt;
    return std::to_string(std::ranges::count(*list, wanted->front()));
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
    {"reverse", "lists", "stories", "instruction", " -> ", 20, draw_operation<reverse>,
     answer_operation<reverse>, body_key},
    {"first", "lists", "stories", "instruction", " -> ", 8, draw_operation<first>, answer_operation<first>,
     body_key},
    {"last", "lists", "stories", "instruction", " -> ", 8, draw_operation<last>, answer_operation<last>,
     body_key},
    {"rest", "lists", "stories", "instruction", " -> ", 8, draw_operation<rest>, answer_operation<rest>,
     body_key},
    {"swap", "lists", "stories", "instruction", " -> ", 12, draw_operation<swap>, answer_operation<swap>,
     body_key},
    {"compose", "lists", "stories", "composition", " -> ", 12, draw_composition, answer_composition,
     [](std::string_view question) { return std::string(question); }},
    {"repeat", "lists", "stories", "instruction", " -> ", 10, draw_repeat, answer_repeat, body_key},
    {"twice", "lists", "stories", "induction", " -> ", 30, draw_twice, answer_twice, body_key},
    {"count", "lists", "stories", "counting", " -> ", 16, draw_count, answer_count, body_key},
};

} // namespace gf::tinyville
