#pragma once
// Tasks are lines with an answer that can be computed: "reverse: lamp kite boat -> boat kite lamp",
// "sum: 47 + 85 = 132", toy code. A task draws questions and answers any question of its form. The corpus
// prints both; document_check.h computes the answer again.

#include "train/tinyville/random_stream.h"
#include "train/tinyville/split.h"
#include "train/tinyville/word_lists.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

struct Task {
    const char *name, *group, *domain; ///< "reverse", "lists", "stories"
    const char* phenomenon;            ///< what the labels of its lines say
    const char* separator;             ///< between question and answer: " -> " or " = "
    int weight;                        ///< how many of a thousand documents are of this task

    /// A question with its head: "reverse: lamp kite".
    std::string (*draw_question)(RandomStream&);
    /// None if the question is not of this task's form.
    std::optional<std::string> (*answer)(std::string_view question);
    /// Questions with the same key are in the same split.
    std::string (*split_key)(std::string_view question);
};

const std::vector<Task>& tasks();

/// The task whose questions begin like this line, or nullptr.
const Task* find_task(std::string_view line);

/// The split of a question: that of its key, but always test for the compositions that are held out.
Split split_of_question(const Task& task, const std::string& question);

// The tasks, by file.
extern const std::vector<Task> k_list_tasks;     // tasks_lists.cpp
extern const std::vector<Task> k_bracket_tasks;  // tasks_brackets.cpp
extern const std::vector<Task> k_number_tasks;   // tasks_numbers.cpp
extern const std::vector<Task> k_code_tasks;     // tasks_code.cpp
extern const std::vector<Task> k_language_tasks; // toy_language.cpp

// What several of these files need.

/// What stands behind "head: "; none if there is no head.
std::optional<std::string_view> question_body(std::string_view question);

/// 0 to 9999, without leading zeros; none if the word is anything else.
std::optional<int> read_number(std::string_view word);

/// A split_key: all that stands behind the head's colon, or the whole question if it has no head.
std::string body_key(std::string_view question);

/// Does this head name two operations on lists: "reverse, first"?
bool is_composition(std::string_view head);

/// Is this question, or head, one of the four compositions that only the test split has?
bool is_held_out_composition(std::string_view question);

} // namespace gf::tinyville
