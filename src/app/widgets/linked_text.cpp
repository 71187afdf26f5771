#include "app/widgets/linked_text.h"

#include "app/widgets/rich_text.h"

#include <vector>

namespace gf::ui {

const Term* linked_text(std::string_view text, float width) {
    std::vector<TextPiece> pieces;
    while (!text.empty()) {
        const TermText part = take_term_text(text);
        pieces.push_back({.words = part.words, .item = part.is_link ? part.words : std::string_view()});
    }
    const RichTextHit hit = rich_text(pieces, width);
    return hit.pressed ? &term(pieces[*hit.pressed].words) : nullptr;
}

} // namespace gf::ui
