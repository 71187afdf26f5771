#include "text/added_tokens.h"

#include "text/unicode.h"
#include "text/utf8.h"

#include <algorithm>

namespace gf {

namespace {

bool is_white_space(const CodePoint& c) { return c.is_valid && gf::is_white_space(c.value); }

/// Where the white space that begins at `begin` ends.
std::size_t space_end(std::string_view text, std::size_t begin) {
    while (begin < text.size()) {
        const CodePoint c = code_point_at(text, begin);
        if (!is_white_space(c)) break;
        begin += c.size;
    }
    return begin;
}

/// Where the white space that ends at `end` begins; not before `low`.
std::size_t space_begin(std::string_view text, std::size_t end, std::size_t low) {
    constexpr std::size_t k_longest_space = 3; // bytes
    const auto fits = [&](std::size_t size) {
        if (end - low < size) return false;
        const CodePoint c = code_point_at(text, end - size);
        return c.size == size && is_white_space(c);
    };
    for (std::size_t size = 1; size <= k_longest_space;) {
        if (fits(size)) {
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

std::optional<AddedTokenMatcher::Found> AddedTokenMatcher::find(std::string_view text, std::size_t at) const {
    for (const std::size_t size : lengths_[byte_of(text[at])]) {
        if (text.size() - at < size) continue;
        if (const auto i = index_.find(text.substr(at, size)))
            return Found{&tokens_[static_cast<std::size_t>(*i)], size};
    }
    return {};
}

std::vector<Stretch> AddedTokenMatcher::split(std::string_view text) const {
    std::vector<Stretch> segments;
    std::size_t done = 0; // everything before is in a segment
    for (std::size_t at = 0; at < text.size();) {
        const std::optional<Found> found = find(text, at);
        if (!found) {
            ++at;
            continue;
        }
        const std::size_t begin = found->token->lstrip ? space_begin(text, at, done) : at;
        const std::size_t end = found->token->rstrip ? space_end(text, at + found->size) : at + found->size;
        if (begin > done) segments.push_back({{done, begin}, {}});
        segments.push_back({{begin, end}, found->token->id});
        at = done = end;
    }
    if (done < text.size()) segments.push_back({{done, text.size()}, {}});
    return segments;
}

} // namespace gf
