#include "train/tinyville/document_check.h"

#include "train/tinyville/corpus.h"
#include "train/tinyville/tasks.h"

#include <algorithm>

namespace gf::tinyville {
namespace {

/// Judges one line of a task, which begins at byte `begin` of the document. False if there is a problem.
bool check_line(std::string_view line, std::size_t begin, Verdict& verdict) {
    auto problem = [&](std::size_t offset, std::string reason) {
        verdict.at = begin + offset;
        verdict.reason = std::move(reason);
        return false;
    };
    verdict.grammatical = verdict.consistent = false;
    const Task* task = find_task(line);
    if (!task) return problem(0, "expected a task: sum, reverse, translate ...");
    const std::string_view separator = task->separator;
    // In toy code the last separator counts, elsewhere the first.
    const bool is_code = task->group == std::string_view("code");
    const std::size_t mark = is_code ? line.rfind(separator) : line.find(separator);
    if (mark == std::string_view::npos)
        return problem(line.size(), "the line stops before its answer: expected '" +
                                        std::string(separator.substr(1)) + "'");
    const std::string_view question = line.substr(0, mark), answer = line.substr(mark + separator.size());
    const auto truth = task->answer(question);
    if (!truth) return problem(0, std::string("no question of the form of '") + task->name + "'");
    verdict.grammatical = !answer.empty();
    if (answer != *truth) {
        const auto differs_at = std::ranges::mismatch(answer, *truth).in1 - answer.begin();
        return problem(mark + separator.size() + static_cast<std::size_t>(differs_at),
                       "the answer is '" + *truth + "'; found '" + std::string(answer.substr(0, 200)) + "'");
    }
    verdict.consistent = true;
    return true;
}

} // namespace

Verdict check_document(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
    const Task* task = find_task(text.substr(0, text.find('\n')));
    if (!task) return judge_prose(text);
    Verdict verdict;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (!check_line(text.substr(begin, end - begin), begin, verdict)) return verdict;
        begin = end + 1;
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
    std::size_t line = 1;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(mark, begin), text.size());
        for (; begin < end && text[begin] == '\n'; ++begin) ++line;
        const std::string_view document = text.substr(begin, end - begin);
        if (document.find_first_not_of(" \n") != std::string_view::npos)
            documents.push_back({line, begin, document, check_document(document)});
        std::size_t next = std::min(end + mark.size(), text.size());
        if (next < text.size() && text[next] == '\n') ++next;
        line += static_cast<std::size_t>(std::ranges::count(text.substr(begin, next - begin), '\n'));
        begin = next;
    }
    return documents;
}

} // namespace gf::tinyville
