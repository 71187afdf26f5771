#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "text/regex.h"

#include "platform/error.h"
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

/// Translates a regular expression from Oniguruma's syntax (Ruby's), which Hugging Face's library uses, to
/// PCRE2's. Refuses what the two read differently.
class OnigurumaTranslator {
  public:
    OnigurumaTranslator(std::string_view pattern, const std::string& where)
        : pattern_(pattern), where_(where) {}

    std::string translate() {
        for (at_ = 0; at_ < pattern_.size(); ++at_) {
            if (pattern_[at_] == '\\')
                translate_escape();
            else if (in_class_)
                translate_class_character();
            else
                translate_character();
        }
        return std::move(result_);
    }

  private:
    /// Does the pattern go on with `text`?
    bool follows(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }

    [[noreturn]] void refuse(std::string_view what) const {
        throw Error({where_, "a regular expression without '" + std::string(what) + "'",
                     "'" + escape_invalid_utf8(pattern_) + "'", "Glassformer does not support it"});
    }

    /// A backslash and what belongs to it.
    void translate_escape() {
        if (++at_ == pattern_.size()) refuse("\\");
        const char c = pattern_[at_];
        const bool is_word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == 's' || c == 'S') // PCRE2's \s holds U+180E, which Unicode took out of White_Space in 6.3
            result_ += c == 's' ? "\\p{White_Space}" : "\\P{White_Space}";
        else if (is_word && std::string_view("dDpPrntfxAz").find(c) == std::string_view::npos)
            refuse({&pattern_[at_ - 1], 2});
        else
            result_ += {'\\', c};
        const bool takes_argument = c == 'p' || c == 'P' || c == 'x';
        if (takes_argument && at_ + 1 < pattern_.size() && pattern_[at_ + 1] == '{') {
            const std::size_t end = std::min(pattern_.find('}', at_), pattern_.size() - 1);
            result_ += pattern_.substr(at_ + 1, end - at_);
            at_ = end;
        }
    }

    /// A character between [ and ], or the closing ].
    void translate_class_character() {
        if (follows("&&")) refuse("&&");
        if (follows("[")) {
            const std::size_t end = follows("[:") ? pattern_.find(":]", at_) : std::string_view::npos;
            if (end == std::string_view::npos) refuse("[ inside [ ]");
            result_ += pattern_.substr(at_, end + 2 - at_);
            at_ = end + 1;
            return;
        }
        if (follows("]") && result_.size() > class_begin_) in_class_ = false;
        result_ += pattern_[at_];
    }

    /// A character outside of [ ], or the opening [.
    void translate_character() {
        for (const std::string_view unsupported : {"(*", "}+"})
            if (follows(unsupported)) refuse(unsupported);
        if (follows("(?")) { // the flag i means the same in both, but m does not, and Ruby has no n and s
            const std::size_t end = std::min(pattern_.find_first_not_of("imnsx-", at_ + 2), pattern_.size());
            const std::string_view flags = pattern_.substr(at_ + 2, end - at_ - 2);
            if (flags.find_first_of("mns") != std::string_view::npos) refuse(flags);
        }
        result_ += pattern_[at_];
        if (!follows("[")) return;
        in_class_ = true;
        if (at_ + 1 < pattern_.size() && pattern_[at_ + 1] == '^') result_ += pattern_[++at_];
        class_begin_ = result_.size(); // a ] here stands for itself
    }

    std::string_view pattern_;
    const std::string& where_;
    std::string result_;
    std::size_t at_ = 0;          // in pattern_
    std::size_t class_begin_ = 0; // in result_, after the [ or [^
    bool in_class_ = false;       // between [ and ]
};

} // namespace

Regex::Regex(const std::string& pattern, Syntax syntax, const std::string& where) : where_(where) {
    if (pattern.empty() || pattern.size() > k_longest_pattern)
        throw Error({where, fmt::format("a pattern of 1 to {} bytes", k_longest_pattern),
                     fmt::format("{} bytes", pattern.size()), ""});
    const bool is_literal = syntax == Syntax::literal;
    const std::string source = is_literal ? pattern : OnigurumaTranslator(pattern, where).translate();
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
