#include "text/added_tokens.h"

#include "text/unicode.h"
#include "text/utf8.h"

#include <algorithm>
#include <limits>

namespace gf {

namespace {

bool begins_with_word(std::string_view text) {
    if (text.empty()) return false;
    const CodePoint c = code_point_at(text, 0);
    return c.is_valid && is_word_character(c.value);
}

bool ends_with_word(std::string_view text) { return begins_with_word(text.substr(last_char_begin(text))); }

std::size_t byte_of(char c) { return static_cast<unsigned char>(c); }

} // namespace

std::vector<AddedToken> read_added_tokens(const nlohmann::json& file, const std::string& where) {
    std::vector<AddedToken> tokens;
    if (!json_has(file, "added_tokens")) return tokens;
    const std::string place = where + ": 'added_tokens'";
    for (const nlohmann::json& entry : json_array(file, "added_tokens", where)) {
        json_check_keys(entry, {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"},
                        place);
        AddedToken t;
        t.id = static_cast<int>(json_int(entry, "id", place, 0, std::numeric_limits<int>::max()));
        t.content = json_string(entry, "content", place);
        t.single_word = json_bool_or(entry, "single_word", false, place);
        t.lstrip = json_bool_or(entry, "lstrip", false, place);
        t.rstrip = json_bool_or(entry, "rstrip", false, place);
        t.special = json_bool_or(entry, "special", false, place);
        t.normalized = json_bool_or(entry, "normalized", !t.special, place);
        if (!t.content.empty()) tokens.push_back(std::move(t));
    }
    return tokens;
}

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
        const bool is_in_word =
            ends_with_word(text.substr(0, at)) || begins_with_word(text.substr(match_end));
        if (!match->token->single_word || !is_in_word) {
            const std::size_t begin =
                match->token->lstrip ? white_space_begin(text, at, std::min(done, at)) : at;
            const std::size_t end = match->token->rstrip ? white_space_end(text, match_end) : match_end;
            if (begin > done) segments.push_back({{done, begin}, {}});
            segments.push_back({{begin, end}, match->token->id});
            done = end;
        }
        at = match_end;
    }
    if (done < text.size()) segments.push_back({{done, text.size()}, {}});
    return segments;
}

} // namespace gf
