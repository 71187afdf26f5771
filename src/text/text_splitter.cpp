#include "text/text_splitter.h"

#include "platform/error.h"
#include "text/tokenizer_parts.h"

#include <fmt/format.h>
#include <limits>

namespace gf {

TextSplitter::TextSplitter(const nlohmann::json& file, const std::string& where,
                           const std::vector<AddedToken>& added)
    : where_(where),
      normalizer_(parse_normalizer(optional_part(file, "normalizer"), where + ": 'normalizer'")),
      pre_tokenizer_(parse_pre_tokenizer(optional_part(file, "pre_tokenizer"), where + ": 'pre_tokenizer'")) {
    for (const AddedToken& t : added) {
        if (t.normalized)
            normalized_matcher_.add(t, normalizer_.apply(t.content));
        else
            raw_matcher_.add(t, t.content);
    }
}

void TextSplitter::check_size(std::string_view text) const {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max())
        throw Error({where_, "a text below 4 GB", fmt::format("{} bytes", text.size()), "pass it in parts"});
}

Pieces TextSplitter::pre_tokenize(const AlignedText& text, Span span) const {
    Pieces pieces;
    pieces.text.keep(text, span);
    pieces.end_piece();
    for (const auto& step : pre_tokenizer_.steps) pieces = step->apply(pieces);
    return pieces;
}

} // namespace gf
