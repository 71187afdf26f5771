#pragma once
// The words of a lesson as data: paragraphs of pieces that differ in style, some of which point at a cell of
// the run or a term of the glossary. Made of Markdown by md4c; the Lab panel draws them.

#include "session/cell_address.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

struct LessonPiece {
    std::string words;
    bool is_bold = false, is_italic = false, is_code = false;
    /// Where a link `[kite](cell:blocks.1.attn.hook_pattern/3/14/6)` points: site or parameter, head, row,
    /// column.
    std::optional<CellAddress> cell;
    std::string term; ///< of a link `[mask](term:mask)`: the entry of the glossary; empty: none
};

struct LessonParagraph {
    enum class Kind { text, item, code } kind = Kind::text; ///< item: of a list
    std::vector<LessonPiece> pieces;
};

/// Reads Markdown: paragraphs, lists, emphasis, code, links. An image or a link elsewhere stays as its words:
/// nothing is fetched. `where` begins the messages. @throws Error for a link that points to no cell or term
std::vector<LessonParagraph> read_lesson_text(std::string_view markdown, const std::string& where);

} // namespace gf
