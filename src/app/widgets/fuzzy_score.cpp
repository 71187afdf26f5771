#include "app/widgets/fuzzy_score.h"

#include <algorithm>

namespace gf::ui {
namespace {

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool same_letter(char a, char b) { return lower_case(a) == lower_case(b); }
/// ASCII letters and digits, and every byte of other characters in UTF-8.
bool is_word_character(char c) {
    const char l = lower_case(c);
    return (l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || static_cast<unsigned char>(l) >= 0x80;
}
bool begins_word(std::string_view text, std::size_t at) {
    return at == 0 || !is_word_character(text[at - 1]);
}

/// Where the query's letter `word[w]` is best taken from `text`, from `from` on: the next place where it
/// begins a word, if what follows still has the rest of the query's letters; else the next place at all.
std::size_t find_letter(std::string_view word, std::size_t w, std::string_view text, std::size_t from) {
    std::size_t next = from;
    while (next < text.size() && !same_letter(text[next], word[w])) ++next;
    for (std::size_t place = next; place < text.size(); ++place) {
        if (!same_letter(text[place], word[w]) || !begins_word(text, place)) continue;
        const std::string_view rest = word.substr(w + 1);
        std::size_t n_found = 0;
        for (std::size_t i = place + 1; i < text.size() && n_found < rest.size(); ++i)
            n_found += same_letter(text[i], rest[n_found]);
        return n_found == rest.size() ? place : next;
    }
    return next;
}

/// Score of a word whose letters occur in this order, 2.5 to 10; -1 if they do not. Letters that follow each
/// other or begin a word count more.
float subsequence_score(std::string_view word, std::string_view text) {
    float score = 0;
    std::size_t from = 0;
    for (std::size_t w = 0; w < word.size(); ++w) {
        const bool follows = w > 0 && from < text.size() && same_letter(text[from], word[w]);
        const std::size_t place = follows ? from : find_letter(word, w, text, from);
        if (place >= text.size()) return -1;
        score += follows ? 3.0f : begins_word(text, place) ? 4.0f : 1.0f;
        from = place + 1;
    }
    return 10 * score / (4 * static_cast<float>(word.size()));
}

/// The best place where a word stands as it is.
struct WordPlace {
    WordFit fit = WordFit::none;
    std::size_t at = 0; ///< the first of several as good ones
};

WordPlace find_word(std::string_view word, std::string_view text) {
    WordPlace best;
    const auto same = [](char a, char b) { return same_letter(a, b); };
    for (auto at = text.begin();; ++at) {
        at = std::search(at, text.end(), word.begin(), word.end(), same);
        if (at == text.end()) return best;
        const auto place = static_cast<std::size_t>(at - text.begin());
        const std::size_t after = place + word.size();
        const bool ends = after == text.size() || !is_word_character(text[after]);
        const WordFit fit = !begins_word(text, place) ? WordFit::inside
                            : ends                    ? WordFit::whole
                                                      : WordFit::start;
        if (fit > best.fit) best = {fit, place};
        if (fit == WordFit::whole) return best;
    }
}

/// Calls f with every word of the query, until it returns false.
void each_word(std::string_view query, auto f) {
    for (std::size_t at = 0; at < query.size();) {
        const std::size_t begin = query.find_first_not_of(' ', at);
        if (begin == std::string_view::npos) return;
        at = std::min(query.find(' ', begin), query.size());
        if (!f(query.substr(begin, at - begin))) return;
    }
}

} // namespace

WordFit word_fit(std::string_view query, std::string_view text) {
    WordFit least = WordFit::whole;
    each_word(query, [&](std::string_view word) {
        least = std::min(least, find_word(word, text).fit);
        return least != WordFit::none;
    });
    return least;
}

float fuzzy_score(std::string_view query, std::string_view text) {
    float score = 0;
    each_word(query, [&](std::string_view word) {
        const WordPlace place = find_word(word, text);
        if (place.fit != WordFit::none) {
            score += 10.0f + 10.0f * static_cast<float>(place.fit) + (place.at == 0 ? 5.0f : 0);
            return true;
        }
        const float letters = subsequence_score(word, text);
        score = letters < 0 ? -1 : score + letters;
        return score >= 0;
    });
    if (score < 0) return -1;
    const std::size_t length = text.size() / 16; // names of about the same length keep their order
    return score + 5.0f / (1 + static_cast<float>(length));
}

} // namespace gf::ui
