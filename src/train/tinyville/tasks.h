#pragma once
// Lines with an answer that can be computed: "reverse: lamp kite boat -> boat kite lamp", "sum: 47 + 85 =
// 132", toy code. A task draws questions and answers any question of its form; the corpus prints both, the
// check computes the answer again.

#include "train/tinyville/draw.h"
#include "train/tinyville/world.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

struct Task {
    const char *name, *group, *domain, *phenomenon;
    const char* separator;      ///< between question and answer: " -> " or " = "
    int weight;                 ///< documents of it, per thousand of all
    std::string (*draw)(Draw&); ///< a question with its head: "reverse: lamp kite"
    std::optional<std::string> (*answer)(std::string_view question); ///< none: not a question of this form
    std::string (*key)(std::string_view question);                   ///< what decides its split
};

const std::vector<Task>& tasks();

/// The task whose question begins like this line, or nullptr.
const Task* find_task(std::string_view line);

/// Compositions of two operations that only the test split has ("rest, last: ...") are test, all else goes by
/// its key.
Split split_of_question(const Task& task, const std::string& question);

// What the tasks are made of, by file.
std::vector<std::string> split_words(std::string_view text, std::string_view at = " ");
std::string join_words(const std::vector<std::string>& words, std::string_view with = " ");
std::optional<int> read_number(std::string_view word); ///< 0 to 9999, without leading zeros
std::string whole_key(std::string_view question);

extern const std::vector<Task> k_list_tasks, k_number_tasks, k_code_tasks, k_language_tasks;
bool is_composition(std::string_view head);              ///< "reverse, first"
bool is_held_out_composition(std::string_view question); ///< one of those that only the test split has

} // namespace gf::tinyville
