#include "text/added_tokens.h"

#include "text/unicode.h"
#include "text/utf8.h"

#include <algorithm>

namespace gf {

namespace {

bool is_white_space(const CodePoint& c) { return c.is_valid && gf::is_white_space(c.value); }

/// The end of the white space that begins at `begin`.
std::size_t space_end(std::string_view text, std::size_t begin) {
    while (begin < text.size()) {
        const CodePoint c = code_point_at(text, begin);
        if (!is_white_space(c)) break;
        begin += c.size;
    }
    return begin;
}

/// The begin of the white space that ends at `end`, at least `low`.
std::size_t space_begin(std::string_view text, std::size_t end, std::size_t low) {
    constexpr std::size_t k_longest_space = 3; // bytes of the longest white-space character in UTF-8
    const auto is_space_before_end = [&](std::size_t size) {
        if (end - low < size) return false;
        const CodePoint c = code_point_at(text, end - size);
        return c.size == size && is_white_space(c);
    };
    for (std::size_t size = 1; size <= k_longest_space;) {
        if (is_space_before_end(size)) {
            end -= size;
            size = 1;
        } else {
            ++size;
        }
    }
    return end;
}

std::size_t byte_of(char c) { return static_cast<unsigned char>(c); }

} // namespace

void AddedTokenMatcher::add(const AddedToken& token, const std::string& pattern) {
    if (pattern.empty() || !index_.add(pattern, static_cast<int>(tokens_.size()))) return;
    tokens_.push_back(token);
    std::vector<std::size_t>& lengths = lengths_[byte_of(pattern.front())];
    const auto place = std::lower_bound(lengths.begin(), lengths.end(), pattern.size(), std::greater<>());
    if (place == lengths.end() || *place != pattern.size()) lengths.insert(place, pattern.size());
}

std::optional<AddedTokenMatcher::Match> AddedTokenMatcher::match_at(std::string_view text,
                                                                    std::size_t at) const {
    for (const std::size_t size : lengths_[byte_of(text[at])]) {
        if (text.size() - at < size) continue;
        if (const auto i = index_.find(text.substr(at, size)))
            return Match{&tokens_[static_cast<std::size_t>(*i)], size};
    }
    return {};
}

std::vector<TextSegment> AddedTokenMatcher::split(std::string_view text) const {
    std::vector<TextSegment> segments;
    std::size_t done = 0; // text[0, done) is in `segments`
    for (std::size_t at = 0; at < text.size();) {
        const std::optional<Match> match = match_at(text, at);
        if (!match) {
            ++at;
            continue;
        }
        const std::size_t match_end = at + match->size;
        const std::size_t begin = match->token->lstrip ? space_begin(text, at, done) : at;
        const std::size_t end = match->token->rstrip ? space_end(text, match_end) : match_end;
        if (begin > done) segments.push_back({{done, begin}, {}});
        segments.push_back({{begin, end}, match->token->id});
        at = done = end;
    }
    if (done < text.size()) segments.push_back({{done, text.size()}, {}});
    return segments;
}

} // namespace gf
