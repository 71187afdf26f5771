#include "text/tokenizer.h"

#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

const Token& Tokenizer::token(int id) const {
    if (id < 0 || id >= size())
        throw Error({where_, fmt::format("a token id in [0, {})", size()), std::to_string(id),
                     "use the model's own tokenizer"});
    return tokens_[static_cast<std::size_t>(id)];
}

std::optional<int> Tokenizer::find_token(std::string_view name) const {
    const auto it =
        std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& t) { return t.name == name; });
    return it == tokens_.end() ? std::nullopt : std::optional(static_cast<int>(it - tokens_.begin()));
}

std::vector<int> Tokenizer::encode(std::string_view text, bool with_special) const {
    const std::vector<TokenSpan> spans = encode_spans(text, with_special);
    std::vector<int> ids(spans.size());
    std::transform(spans.begin(), spans.end(), ids.begin(), [](const TokenSpan& t) { return t.id; });
    return ids;
}

std::string Tokenizer::decode(std::span<const int> ids) const {
    std::string text;
    bool ends_word = false;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string_view bytes = next_bytes(ids.first(i), ids[i]);
        text += bytes;
        if (!bytes.empty()) ends_word = token(ids[i]).ends_word;
    }
    if (ends_word) text.pop_back();
    return text;
}

std::string_view Tokenizer::next_bytes(std::span<const int> before, int id) const {
    const Token& t = token(id);
    const auto adds_nothing = [&](int other) {
        return other < 0 || other >= size() || token(other).kind == TokenKind::special;
    };
    if (!before.empty()) {
        const int last = before.back();
        if (repeats_are_one_ && last == id) return {};
        const bool hides_space = last >= 0 && last < size() && token(last).hides_next_space;
        if (hides_space && t.kind == TokenKind::text) return without_leading_space(t.bytes);
    }
    return std::all_of(before.begin(), before.end(), adds_nothing) ? t.start_bytes : t.bytes;
}

std::string_view without_leading_space(std::string_view bytes) {
    if (bytes.starts_with(' ')) bytes.remove_prefix(1);
    return bytes;
}

std::string Tokenizer::display_text(int id) const {
    const Token& t = token(id);
    return escape_invalid_utf8(t.kind == TokenKind::special ? t.name : t.bytes);
}

} // namespace gf
