#include "train/tinyville/check.h"

#include "train/tinyville/corpus.h"
#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

/// One line of a task; `at` is where it begins in the document. False if there is a problem.
bool check_line(std::string_view line, std::size_t at, Verdict& verdict) {
    auto problem = [&](std::size_t offset, std::string reason) {
        verdict.at = at + offset;
        verdict.reason = std::move(reason);
        return false;
    };
    verdict.grammatical = verdict.consistent = false;
    const Task* task = find_task(line);
    if (!task) return problem(0, "expected a task: sum, reverse, translate ...");
    const std::string_view separator = task->separator;
    const std::size_t mark =
        line.find(separator, task->group == std::string_view("code") ? line.rfind(separator) : 0);
    if (mark == std::string_view::npos)
        return problem(line.size(), "the line stops before its answer: expected '" +
                                        std::string(separator.substr(1)) + "'");
    const std::string_view question = line.substr(0, mark), answer = line.substr(mark + separator.size());
    const auto truth = task->answer(question);
    if (!truth) return problem(0, std::string("no question of the form of '") + task->name + "'");
    verdict.grammatical = !answer.empty();
    if (answer != *truth) {
        const auto differ = std::ranges::mismatch(answer, *truth).in1 - answer.begin();
        return problem(mark + separator.size() + static_cast<std::size_t>(differ),
                       "the answer is '" + *truth + "'; found '" + std::string(answer.substr(0, 200)) + "'");
    }
    verdict.consistent = true;
    return true;
}

} // namespace

Verdict check_document(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
    const Task* task = find_task(text.substr(0, text.find('\n')));
    if (!task) return judge(text);
    Verdict verdict;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!check_line(text.substr(at, end - at), at, verdict)) return verdict;
        at = end + 1;
    }
    verdict.true_to_world = true;
    verdict.kind = task->name;
    return verdict;
}

std::size_t CheckedDocument::problem_line() const {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(verdict.at, text.size()));
    return line + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::vector<CheckedDocument> check_documents(std::string_view text) {
    const std::string_view mark = k_end_of_document;
    std::vector<CheckedDocument> documents;
    std::size_t line = 1, begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find(mark, at), text.size());
        for (; begin < end && text[begin] == '\n'; ++begin) ++line;
        const std::string_view document = text.substr(begin, end - begin);
        if (document.find_first_not_of(" \n") != std::string_view::npos)
            documents.push_back({line, begin, document, check_document(document)});
        at = std::min(end + mark.size(), text.size());
        if (at < text.size() && text[at] == '\n') ++at;
        line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                                    text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        begin = at;
    }
    return documents;
}

} // namespace gf::tinyville
