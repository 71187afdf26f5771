#include "app/widgets/fuzzy.h"

#include <algorithm>

namespace gf::ui {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same(char a, char b) { return lower(a) == lower(b); }
bool is_word(char c) {
    const char l = lower(c);
    return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || static_cast<unsigned char>(l) >= 0x80;
}
bool begins_word(std::string_view text, std::size_t at) { return at == 0 || !is_word(text[at - 1]); }

/// As letters in this order; those that follow each other or begin a word count more.
float subsequence_score(std::string_view word, std::string_view text) {
    float score = 0;
    std::size_t t = 0;
    bool last_fits = false;
    for (std::size_t w = 0; w < word.size(); ++w) {
        const char c = word[w];
        std::size_t at = t;
        while (at < text.size() && !same(text[at], c)) ++at;
        if (!(last_fits && at == t)) // the next word that begins with it, if the rest of the text has one
            for (std::size_t other = at; other < text.size(); ++other)
                if (same(text[other], c) && begins_word(text, other)) {
                    const std::string_view rest = word.substr(w + 1);
                    std::size_t needed = 0;
                    for (std::size_t i = other + 1; i < text.size() && needed < rest.size(); ++i)
                        needed += same(text[i], rest[needed]);
                    if (needed == rest.size()) at = other;
                    break;
                }
        if (at >= text.size()) return -1;
        score += at == t && last_fits ? 3.0f : begins_word(text, at) ? 4.0f : 1.0f;
        last_fits = true;
        t = at + 1;
    }
    return 10 * score / (4 * static_cast<float>(word.size())); // 2.5 to 10
}

/// Where the word stands as it is; npos: nowhere. At the beginning of a word, if there is such a place.
std::size_t find_word(std::string_view word, std::string_view text) {
    std::size_t found = std::string_view::npos;
    const auto fits = [](char a, char b) { return same(a, b); };
    for (auto at = text.begin();; ++at) {
        at = std::search(at, text.end(), word.begin(), word.end(), fits);
        if (at == text.end()) return found;
        const auto place = static_cast<std::size_t>(at - text.begin());
        if (begins_word(text, place)) return place;
        if (found == std::string_view::npos) found = place;
    }
}

} // namespace

float fuzzy_score(std::string_view query, std::string_view text) {
    float score = 0;
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t begin = query.find_first_not_of(' ', at);
        if (begin == std::string_view::npos) break;
        const std::size_t end = std::min(query.find(' ', begin), query.size());
        const std::string_view word = query.substr(begin, end - begin);
        at = end;
        const std::size_t place = find_word(word, text);
        if (place != std::string_view::npos) {
            const std::size_t after = place + word.size();
            const bool starts = begins_word(text, place),
                       whole = starts && (after == text.size() || !is_word(text[after]));
            score += 20.0f + (starts ? 10.0f : 0) + (whole ? 10.0f : 0) + (place == 0 ? 5.0f : 0);
            continue;
        }
        const float letters = subsequence_score(word, text);
        if (letters < 0) return -1;
        score += letters;
    }
    return score + 5.0f / (1 + static_cast<float>(text.size() /
                                                  16)); // names of about the same length keep their order
}

} // namespace gf::ui
