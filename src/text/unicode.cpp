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

/// Calls put(c, result) for each character, which appends what becomes of it to the result.
template <class Put>
std::string map_chars(std::string_view text, Put&& put) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
        const CodePoint c = code_point_at(text, at);
        size = c.size;
        put(c.value, result);
    }
    return result;
}

utf8proc_category_t category(char32_t c) { return utf8proc_category(static_cast<utf8proc_int32_t>(c)); }

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

std::string lower_case(std::string_view text) {
    return map_chars(text, [](char32_t c, std::string& out) {
        // The capital I with a dot is the one character whose lower case is two: i and a dot above.
        constexpr char32_t k_capital_i_with_dot = 0x130, k_dot_above = 0x307;
        if (c == k_capital_i_with_dot) {
            out += 'i';
            append_utf8(out, k_dot_above);
            return;
        }
        append_utf8(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    });
}

std::string clean_text(std::string_view text) {
    return map_chars(text, [](char32_t c, std::string& out) {
        if (is_white_space(c)) {
            out += ' ';
            return;
        }
        const utf8proc_category_t kind = category(c);
        const bool is_control =
            kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_CO;
        constexpr char32_t k_replacement = 0xFFFD;
        if (c != k_replacement && !is_control) append_utf8(out, c);
    });
}

std::string space_out_ideographs(std::string_view text) {
    return map_chars(text, [](char32_t c, std::string& out) {
        const std::string_view space = is_ideograph(c) ? " " : "";
        out += space;
        append_utf8(out, c);
        out += space;
    });
}

std::string strip_accents(std::string_view text) {
    return map_chars(nfd(text), [](char32_t c, std::string& out) {
        if (category(c) != UTF8PROC_CATEGORY_MN) append_utf8(out, c);
    });
}

std::string transform_valid(std::string_view text, std::string (*f)(std::string_view)) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t valid = valid_utf8_size(text, at);
        result += f(text.substr(at, valid));
        at += valid;
        for (; at < text.size() && !code_point_at(text, at).is_valid; ++at) result += text[at];
    }
    return result;
}

bool is_white_space(char32_t c) {
    constexpr std::u32string_view k_outside_ranges = U" \u0085\u00A0\u1680\u2028\u2029\u202F\u205F\u3000";
    return (c >= '\t' && c <= '\r') || (c >= 0x2000 && c <= 0x200A) ||
           k_outside_ranges.find(c) != k_outside_ranges.npos;
}

} // namespace gf
