#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {

const std::vector<Task>& tasks() {
    static const std::vector<Task> all = [] {
        std::vector<Task> joined;
        for (const auto* part :
             {&k_list_tasks, &k_bracket_tasks, &k_number_tasks, &k_code_tasks, &k_language_tasks})
            joined.insert(joined.end(), part->begin(), part->end());
        return joined;
    }();
    return all;
}

const Task* find_task(std::string_view line) {
    std::string_view name = line.substr(0, line.find(':'));
    if (line.starts_with("let ")) name = "code";
    if (is_composition(name)) name = "compose";
    const auto at = std::ranges::find_if(tasks(), [&](const Task& t) { return t.name == name; });
    return at == tasks().end() ? nullptr : &*at;
}

Split split_of_question(const Task& task, const std::string& question) {
    if (is_held_out_composition(question)) return Split::test;
    return split_of_key(task.split_key(question));
}

std::optional<std::string_view> question_body(std::string_view question) {
    const std::size_t colon = question.find(": ");
    return colon == std::string_view::npos ? std::nullopt : std::optional(question.substr(colon + 2));
}

std::optional<int> read_number(std::string_view word) {
    if (word.empty() || word.size() > 4 || (word.size() > 1 && word[0] == '0')) return std::nullopt;
    int value = 0;
    for (const char c : word) {
        if (c < '0' || c > '9') return std::nullopt;
        value = 10 * value + (c - '0');
    }
    return value;
}

std::string body_key(std::string_view question) {
    const std::size_t colon = question.find(':');
    return std::string(colon == std::string_view::npos ? question : question.substr(colon + 1));
}

} // namespace gf::tinyville
