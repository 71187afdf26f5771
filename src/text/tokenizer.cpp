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

std::string Tokenizer::decode(std::span<const int> ids) const {
    std::string text;
    std::optional<int> previous;
    for (const int id : ids) {
        text += next_bytes(previous, id);
        previous = id;
    }
    return text;
}

std::string_view Tokenizer::next_bytes(std::optional<int> previous, int id) const {
    const Token& t = token(id);
    std::string_view bytes = t.bytes;
    const bool drop_space = previous ? token(*previous).hides_next_space : start_hides_space_;
    if (drop_space && t.kind == TokenKind::text && bytes.starts_with(' ')) bytes.remove_prefix(1);
    return bytes;
}

std::string Tokenizer::display_text(int id) const {
    const Token& t = token(id);
    return escape_invalid_utf8(t.kind == TokenKind::special ? t.name : t.bytes);
}

} // namespace gf
