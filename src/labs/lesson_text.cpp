#include "labs/lesson_text.h"

#include "core/words/term.h"
#include "platform/error.h"

#include <fmt/format.h>
#include <md4c.h>

#include <charconv>
#include <exception>

namespace gf {
namespace {

constexpr std::string_view k_cell_scheme = "cell:", k_term_scheme = "term:";

int read_index(std::string_view digits, const std::string& link, const std::string& where) {
    int index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc() || end != digits.data() + digits.size() || index < -1)
        throw Error({where + ": link", "cell:NAME/HEAD/ROW/COLUMN with whole numbers", "'" + link + "'", ""});
    return index;
}

/// "blocks.1.attn.hook_pattern/3/14/6".
CellAddress read_cell(std::string_view text, const std::string& link, const std::string& where) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('/', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    if (parts.size() != 4 || parts[0].empty())
        throw Error(
            {where + ": link", "cell:NAME/HEAD/ROW/COLUMN, with -1 for no head", "'" + link + "'", ""});
    CellAddress cell;
    cell.name = parts[0];
    cell.head = read_index(parts[1], link, where);
    cell.row = read_index(parts[2], link, where);
    cell.column = read_index(parts[3], link, where);
    return cell;
}

/// Collects what md4c reports. An exception waits until md4c, which is C, has returned.
struct Collector {
    std::vector<LessonParagraph> paragraphs;
    LessonPiece style; ///< of the words that come next
    bool in_item = false;
    std::string where;
    std::exception_ptr problem;

    void begin(LessonParagraph::Kind kind) { paragraphs.push_back({kind, {}}); }
    void add(std::string_view words) {
        if (paragraphs.empty()) begin(LessonParagraph::Kind::text);
        LessonPiece piece = style;
        piece.words = words;
        auto& pieces = paragraphs.back().pieces;
        const bool continues = !pieces.empty() && !piece.cell && piece.term.empty() && !pieces.back().cell &&
                               pieces.back().term.empty() && pieces.back().is_bold == piece.is_bold &&
                               pieces.back().is_italic == piece.is_italic &&
                               pieces.back().is_code == piece.is_code;
        if (continues)
            pieces.back().words += piece.words;
        else
            pieces.push_back(std::move(piece));
    }
    void point_at(const std::string& link) {
        if (link.starts_with(k_cell_scheme)) {
            style.cell = read_cell(std::string_view(link).substr(k_cell_scheme.size()), link, where);
        } else if (link.starts_with(k_term_scheme)) {
            style.term = link.substr(k_term_scheme.size());
            if (!find_term(style.term))
                throw Error({where + ": link", "a term of the glossary", "'" + style.term + "'",
                             "docs/glossary.md has them all"});
        }
    }
    template <class Act>
    int guard(Act act) {
        try {
            act();
            return 0;
        } catch (...) {
            problem = std::current_exception();
            return 1;
        }
    }
};

Collector& of(void* data) { return *static_cast<Collector*>(data); }

int enter_block(MD_BLOCKTYPE type, void*, void* data) {
    return of(data).guard([&] {
        Collector& c = of(data);
        if (type == MD_BLOCK_LI) c.in_item = true, c.begin(LessonParagraph::Kind::item);
        if (type == MD_BLOCK_CODE) c.begin(LessonParagraph::Kind::code);
        if (type == MD_BLOCK_P && !(c.in_item && c.paragraphs.back().pieces.empty()))
            c.begin(c.in_item ? LessonParagraph::Kind::item : LessonParagraph::Kind::text);
        if (type == MD_BLOCK_H) c.begin(LessonParagraph::Kind::text), c.style.is_bold = true;
    });
}

int leave_block(MD_BLOCKTYPE type, void*, void* data) {
    if (type == MD_BLOCK_LI) of(data).in_item = false;
    if (type == MD_BLOCK_H) of(data).style.is_bold = false;
    return 0;
}

int enter_span(MD_SPANTYPE type, void* detail, void* data) {
    return of(data).guard([&] {
        LessonPiece& style = of(data).style;
        if (type == MD_SPAN_STRONG) style.is_bold = true;
        if (type == MD_SPAN_EM) style.is_italic = true;
        if (type == MD_SPAN_CODE) style.is_code = true;
        if (type != MD_SPAN_A) return;
        const MD_ATTRIBUTE& link = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
        of(data).point_at(link.text ? std::string(link.text, link.size) : std::string());
    });
}

int leave_span(MD_SPANTYPE type, void*, void* data) {
    LessonPiece& style = of(data).style;
    if (type == MD_SPAN_STRONG) style.is_bold = false;
    if (type == MD_SPAN_EM) style.is_italic = false;
    if (type == MD_SPAN_CODE) style.is_code = false;
    if (type == MD_SPAN_A) style.cell.reset(), style.term.clear();
    return 0;
}

int add_text(MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* data) {
    return of(data).guard([&] {
        const bool is_break = type == MD_TEXT_BR || type == MD_TEXT_SOFTBR;
        of(data).add(is_break                   ? std::string_view(" ")
                     : type == MD_TEXT_NULLCHAR ? std::string_view()
                                                : std::string_view(text, size));
    });
}

} // namespace

std::vector<LessonParagraph> read_lesson_text(std::string_view markdown, const std::string& where) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_NOHTML;
    parser.enter_block = enter_block;
    parser.leave_block = leave_block;
    parser.enter_span = enter_span;
    parser.leave_span = leave_span;
    parser.text = add_text;
    Collector collector{.paragraphs = {}, .style = {}, .where = where, .problem = {}};
    md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &collector);
    if (collector.problem) std::rethrow_exception(collector.problem);
    std::erase_if(collector.paragraphs, [](const LessonParagraph& p) { return p.pieces.empty(); });
    return collector.paragraphs;
}

} // namespace gf
