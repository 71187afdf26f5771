#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "text/regex.h"

#include "platform/error.h"
#include "text/oniguruma.h"
#include "text/utf8.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>

namespace gf {

namespace {

constexpr std::size_t k_longest_pattern = 1 << 14; // bytes
constexpr std::uint32_t k_heap_kib = 64 << 10;     // the most memory that a match may take, KiB

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};
using CompileContext = std::unique_ptr<pcre2_compile_context, Deleter<pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Deleter<pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>>;

std::string pcre2_message(int code) {
    PCRE2_UCHAR buffer[160];
    return pcre2_get_error_message(code, buffer, sizeof buffer) > 0 ? reinterpret_cast<const char*>(buffer)
                                                                    : fmt::format("error {}", code);
}

} // namespace

Regex::Regex(const std::string& pattern, Syntax syntax, const std::string& where) : where_(where) {
    if (pattern.empty() || pattern.size() > k_longest_pattern)
        throw Error({where, fmt::format("a pattern of 1 to {} bytes", k_longest_pattern),
                     fmt::format("{} bytes", pattern.size()), ""});
    const bool is_literal = syntax == Syntax::literal;
    const std::string source = syntax == Syntax::oniguruma ? translate_oniguruma(pattern, where) : pattern;
    const std::uint32_t options = PCRE2_UTF | (is_literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_MULTILINE);
    const CompileContext context(pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    int error_code = 0;
    PCRE2_SIZE error_at = 0;
    code_.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source.data()), source.size(), options,
                              &error_code, &error_at, context.get()),
                [](pcre2_code* p) { pcre2_code_free(p); });
    if (!code_)
        throw Error({where, "a regular expression",
                     fmt::format("'{}': {}", escape_invalid_utf8(pattern), pcre2_message(error_code)), ""});
}

void Regex::find_all(std::string_view text, std::vector<Span>& matches) const {
    const MatchData data(pcre2_match_data_create(1, nullptr));
    const MatchContext context(pcre2_match_context_create(nullptr));
    // The expressions of real tokenizers look at each character a few times. A hostile one could take
    // exponentially many steps.
    const std::size_t most_steps = 10'000 + 20 * text.size();
    pcre2_set_match_limit(context.get(),
                          static_cast<std::uint32_t>(std::min<std::size_t>(most_steps, UINT32_MAX)));
    pcre2_set_heap_limit(context.get(), k_heap_kib);

    const std::size_t first = matches.size();
    for (std::size_t at = 0; at <= text.size();) {
        const int found = pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                      PCRE2_NO_UTF_CHECK, data.get(), context.get());
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0)
            throw Error({where_, "a quick search", pcre2_message(found),
                         "the expression is too costly for this text"});
        const PCRE2_SIZE* span = pcre2_get_ovector_pointer(data.get());
        const Span match{span[0], span[1]};
        const bool is_empty = match.begin == match.end;
        const std::size_t last_end = matches.size() == first ? std::string_view::npos : matches.back().end;
        if (!is_empty || match.end != last_end) matches.push_back(match);
        at = match.end;
        if (is_empty) at += at < text.size() ? code_point_at(text, at).size : 1;
    }
}

} // namespace gf
