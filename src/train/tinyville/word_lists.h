#pragma once
// Texts as lists of words. Used by the lexicon, by the tasks and by the models' measures that read them.

#include <string>
#include <string_view>
#include <vector>

namespace gf::tinyville {

/// The parts between separators: one more than there are separators, some of them perhaps empty.
std::vector<std::string> split_words(std::string_view text, std::string_view separator = " ");
std::string join_words(const std::vector<std::string>& words, std::string_view separator = " ");

} // namespace gf::tinyville
