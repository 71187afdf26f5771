#include "train/tinyville/word_tokens.h"

namespace gf::tinyville {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Does a quotation mark behind this character open a quotation?
bool is_opening(char c) { return c == '\n' || c == '(' || c == '|' || c == '['; }

/// A word (with hyphens inside), a number, 's, ->, or one character.
std::size_t end_of_token(std::string_view text, std::size_t at) {
    const std::size_t n = text.size();
    std::size_t end = at + 1;
    if (is_letter(text[at])) {
        while (end < n &&
               (is_letter(text[end]) || (text[end] == '-' && end + 1 < n && is_letter(text[end + 1]))))
            ++end;
    } else if (text[at] >= '0' && text[at] <= '9') {
        while (end < n && text[end] >= '0' && text[end] <= '9') ++end;
    } else if (text.substr(at, 2) == "'s" || text.substr(at, 2) == "->") {
        end = at + 2;
    }
    return end;
}

} // namespace

std::vector<WordToken> word_tokens(std::string_view text) {
    std::vector<WordToken> tokens;
    for (std::size_t at = 0; at < text.size();) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        const std::size_t end = end_of_token(text, at);
        std::string word(text.substr(at, end - at));
        if (word == "\"") {
            const bool opens = at == 0 || is_space(text[at - 1]) || is_opening(text[at - 1]);
            word = opens ? "«" : "»";
        }
        tokens.push_back({std::move(word), at, end});
        at = end;
    }
    return tokens;
}

bool space_between(std::string_view left, std::string_view right) {
    if (left.empty() || left == "«" || left == "\n" || right == "\n" || right == "»" || right == "'s")
        return false;
    return right.size() != 1 || std::string_view(".,!?;:").find(right[0]) == std::string_view::npos;
}

std::string_view spelling(std::string_view token) { return token == "«" || token == "»" ? "\"" : token; }

bool is_end_of_sentence(std::string_view token) { return token == "." || token == "!" || token == "?"; }

} // namespace gf::tinyville
