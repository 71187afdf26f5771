#pragma once
// The verdict on any text of Tinyville: running text by the grammar (judge.h), tasks by computing their
// answers again.

#include "train/tinyville/judge.h"

#include <string_view>
#include <vector>

namespace gf::tinyville {

/// One document without its end mark.
Verdict check_document(std::string_view text);

struct CheckedDocument {
    std::size_t line = 1;  ///< of its first line, from 1
    std::size_t begin = 0; ///< byte
    std::string_view text;
    Verdict verdict;
    std::size_t problem_line() const; ///< line of the first problem
};

/// All documents of a text, each ended by a line <|endoftext|> (the last one may do without).
std::vector<CheckedDocument> check_documents(std::string_view text);

} // namespace gf::tinyville
