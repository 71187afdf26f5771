#include "core/name_matching.h"

#include <algorithm>
#include <numeric>

namespace gf {
namespace {

/// Levenshtein distance, row by row of the usual table.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row.back();
}

} // namespace

std::string nearest_names(std::string_view word, const std::vector<std::string>& valid, int max_names) {
    word = word.substr(0, 200); // a very long name must not cost time
    std::vector<std::pair<std::size_t, const std::string*>> by_distance;
    for (const std::string& v : valid) by_distance.emplace_back(edit_distance(word, v), &v);
    std::stable_sort(by_distance.begin(), by_distance.end(),
                     [](auto& a, auto& b) { return a.first < b.first; });
    std::string s;
    for (std::size_t i = 0; i < by_distance.size() && i < static_cast<std::size_t>(max_names); ++i)
        s += (i ? ", '" : "'") + *by_distance[i].second + "'";
    return s;
}

// When a match fails, the last `*` takes one character more and matching resumes behind it.
bool glob_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]))
            ++p, ++t;
        else if (p < pattern.size() && pattern[p] == '*')
            star = p++, resume = t;
        else if (star != std::string_view::npos)
            p = star + 1, t = ++resume;
        else
            return false;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

} // namespace gf
