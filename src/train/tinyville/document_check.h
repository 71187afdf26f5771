#pragma once
// The verdict on any document of Tinyville: running text is judged by the grammar (prose_judge.h), a task by
// computing its answers again. Used by `glassformer corpus --check` and by the measures of what models write.

#include "train/tinyville/prose_judge.h"

#include <string_view>
#include <vector>

namespace gf::tinyville {

/// Judges one document, given without its end mark.
Verdict check_document(std::string_view text);

struct CheckedDocument {
    std::size_t line = 1;  ///< on which it begins, from 1
    std::size_t begin = 0; ///< byte at which it begins
    std::string_view text; ///< a view of what was passed to check_documents
    Verdict verdict;
    std::size_t problem_line() const; ///< line of the first problem, from 1
};

/// Judges all documents of a text, each ended by a line <|endoftext|> (the last one may do without).
std::vector<CheckedDocument> check_documents(std::string_view text);

} // namespace gf::tinyville
