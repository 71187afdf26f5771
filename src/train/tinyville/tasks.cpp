#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {

const std::vector<Task>& tasks() {
    static const std::vector<Task> all = [] {
        std::vector<Task> joined;
        for (const auto* part : {&k_list_tasks, &k_number_tasks, &k_code_tasks, &k_language_tasks})
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
    return split_of(task.key(question));
}

std::vector<std::string> split_words(std::string_view text, std::string_view at) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t to = std::min(text.find(at, from), text.size());
        parts.emplace_back(text.substr(from, to - from));
        from = to + at.size();
        if (to == text.size()) break;
    }
    return parts;
}

std::string join_words(const std::vector<std::string>& words, std::string_view with) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) text.append(i ? with : "").append(words[i]);
    return text;
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

std::string whole_key(std::string_view question) {
    return std::string(question.substr(question.find(':') + 1));
}

} // namespace gf::tinyville
