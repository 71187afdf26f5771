#include "train/tinyville/word_kind.h"

#include "train/tinyville/lexicon.h"
#include "train/tinyville/word_lists.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string>

namespace gf::tinyville {
namespace {

// The kinds of tokens that are no words of the lexicon; they come behind its tables.
enum OtherKind { number, mark, space, other, k_n_other };
constexpr std::string_view k_other_kinds[] = {"number", "mark", "space", "other"};

std::map<std::string, int, std::less<>> words_of_tables() {
    std::map<std::string, int, std::less<>> kinds;
    for (int t = 0; t < static_cast<int>(tables().size()); ++t)
        for (const Entry& entry : table(t).entries)
            for (const std::string& form : entry.forms)
                for (const std::string& word : split_words(form)) kinds.try_emplace(word, t);
    return kinds;
}

} // namespace

const std::vector<std::string_view>& word_kinds() {
    static const std::vector<std::string_view> all = [] {
        std::vector<std::string_view> names;
        for (const Table& table : tables()) names.emplace_back(table.name);
        names.insert(names.end(), std::begin(k_other_kinds), std::end(k_other_kinds));
        return names;
    }();
    return all;
}

int word_kind(std::string_view text) {
    static const auto words = words_of_tables();
    const int n_tables = static_cast<int>(tables().size());
    if (text.empty()) return n_tables + mark; // a token with a meaning of its own, such as the end of a text
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    if (const auto found = words.find(text); found != words.end()) return found->second;
    const auto all = [&](int (*is)(int)) {
        return std::ranges::all_of(text, [&](char c) { return is(static_cast<unsigned char>(c)) != 0; });
    };
    return n_tables + (all(std::isspace)   ? space
                       : all(std::isdigit) ? number
                       : all(std::ispunct) ? mark
                                           : other);
}

} // namespace gf::tinyville
