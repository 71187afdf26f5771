#include "train/tinyville/word_lists.h"

#include <algorithm>

namespace gf::tinyville {

std::vector<std::string> split_words(std::string_view text, std::string_view separator) {
    std::vector<std::string> words;
    for (std::size_t from = 0;;) {
        const std::size_t to = std::min(text.find(separator, from), text.size());
        words.emplace_back(text.substr(from, to - from));
        if (to == text.size()) return words;
        from = to + separator.size();
    }
}

std::string join_words(const std::vector<std::string>& words, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) text.append(i ? separator : "").append(words[i]);
    return text;
}

} // namespace gf::tinyville
