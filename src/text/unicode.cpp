#include "text/unicode.h"

#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace gf {

namespace {

std::string normal_form(std::string_view text, int options) {
    if (text.empty()) return {};
    utf8proc_uint8_t* raw = nullptr;
    const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                               static_cast<utf8proc_ssize_t>(text.size()), &raw,
                                               static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> result(raw, std::free);
    if (size < 0)
        throw Error({"normalization", "a text that utf8proc can normalize", utf8proc_errmsg(size), ""});
    return {reinterpret_cast<const char*>(result.get()), static_cast<std::size_t>(size)};
}

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

bool is_mark(char32_t c) {
    const utf8proc_category_t kind = category(c);
    return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC || kind == UTF8PROC_CATEGORY_ME;
}

/// May a normal form compose `c` with the character before it, or change their order? `c` may decompose to
/// such a character, as halfwidth voiced marks and compatibility jamo do.
bool combines_backward(char32_t c) {
    utf8proc_int32_t decomposed[32];
    int last_boundary_class = 0;
    const utf8proc_ssize_t size = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(c), decomposed, std::ssize(decomposed),
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_boundary_class);
    const char32_t first = size > 0 ? static_cast<char32_t>(decomposed[0]) : c;
    const bool is_jamo_vowel_or_tail = first >= 0x1160 && first <= 0x11FF;
    return is_jamo_vowel_or_tail || is_mark(first);
}

/// Is `c` in one of the blocks of ideographs that BERT's tokenization.py lists?
bool is_ideograph(char32_t c) {
    static constexpr std::pair<char32_t, char32_t> k_blocks[] = {
        {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
        {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};
    return std::any_of(std::begin(k_blocks), std::end(k_blocks),
                       [&](const auto& b) { return c >= b.first && c <= b.second; });
}

} // namespace

std::string nfc(std::string_view text) { return normal_form(text, UTF8PROC_COMPOSE); }
std::string nfd(std::string_view text) { return normal_form(text, UTF8PROC_DECOMPOSE); }
std::string nfkc(std::string_view text) { return normal_form(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT); }
std::string nfkd(std::string_view text) { return normal_form(text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT); }

std::size_t normal_block_end(std::string_view text, std::size_t begin) {
    const auto is_ascii = [&](std::size_t i) { return static_cast<unsigned char>(text[i]) < 0x80; };
    std::size_t end = begin;
    while (end < text.size() && is_ascii(end) && (end + 1 == text.size() || is_ascii(end + 1))) ++end;
    if (end > begin) return end;
    end += code_point_at(text, begin).size;
    while (end < text.size() && combines_backward(code_point_at(text, end).value))
        end += code_point_at(text, end).size;
    return end;
}

std::size_t grapheme_end(std::string_view text, std::size_t begin) {
    CodePoint last = code_point_at(text, begin);
    std::size_t end = begin + last.size;
    for (utf8proc_int32_t state = 0; last.is_valid && end < text.size();) {
        const CodePoint next = code_point_at(text, end);
        if (!next.is_valid ||
            utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(last.value),
                                             static_cast<utf8proc_int32_t>(next.value), &state))
            break;
        end += next.size;
        last = next;
    }
    return end;
}

void lower_case(char32_t c, std::string& out) {
    // The capital I with a dot is the one character whose lower case is two: i and a dot above.
    constexpr char32_t k_capital_i_with_dot = 0x130, k_dot_above = 0x307;
    if (c == k_capital_i_with_dot) {
        out += 'i';
        append_utf8(out, k_dot_above);
        return;
    }
    append_utf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}

void clean_text(char32_t c, std::string& out) {
    constexpr char32_t k_replacement = 0xFFFD;
    const bool is_line_space = c == '\t' || c == '\n' || c == '\r';
    const utf8proc_category_t kind = category(c);
    const bool is_control =
        kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_CO;
    if (c == k_replacement || (is_control && !is_line_space)) return;
    append_utf8(out, is_white_space(c) ? U' ' : c);
}

void space_out_ideographs(char32_t c, std::string& out) {
    const std::string_view space = is_ideograph(c) ? " " : "";
    out += space;
    append_utf8(out, c);
    out += space;
}

void drop_nonspacing_mark(char32_t c, std::string& out) {
    if (category(c) != UTF8PROC_CATEGORY_MN) append_utf8(out, c);
}

void drop_mark(char32_t c, std::string& out) {
    if (!is_mark(c)) append_utf8(out, c);
}

void nmt(char32_t c, std::string& out) {
    const auto is_between = [&](char32_t low, char32_t high) { return low <= c && c <= high; };
    if (is_between(1, 8) || c == 0x0B || is_between(0x0E, 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F)
        return;
    constexpr std::u32string_view k_spaces = U"\t\n\f\r\u1680\u2028\u2029\u2581\uFEFF\uFFFD";
    const bool is_space = is_between(0x200B, 0x200F) || k_spaces.find(c) != k_spaces.npos;
    append_utf8(out, is_space ? U' ' : c);
}

bool is_white_space(char32_t c) {
    constexpr std::u32string_view k_outside_ranges = U" \u0085\u00A0\u1680\u2028\u2029\u202F\u205F\u3000";
    return (c >= '\t' && c <= '\r') || (c >= 0x2000 && c <= 0x200A) ||
           k_outside_ranges.find(c) != k_outside_ranges.npos;
}

bool is_word_character(char32_t c) {
    static constexpr std::pair<char32_t, char32_t> k_other_word_characters[] = {
        {0x200C, 0x200D}, {0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
    switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC: return true;
    default: break;
    }
    return is_mark(c) || std::any_of(std::begin(k_other_word_characters), std::end(k_other_word_characters),
                                     [&](const auto& r) { return c >= r.first && c <= r.second; });
}

std::size_t white_space_end(std::string_view text, std::size_t begin) {
    while (begin < text.size()) {
        const CodePoint c = code_point_at(text, begin);
        if (!c.is_valid || !is_white_space(c.value)) break;
        begin += c.size;
    }
    return begin;
}

std::size_t white_space_begin(std::string_view text, std::size_t end, std::size_t low) {
    for (;;) {
        const std::size_t begin = last_char_begin(text.substr(low, end - low)) + low;
        if (begin == end || white_space_end(text.substr(0, end), begin) != end) return end;
        end = begin;
    }
}

} // namespace gf
