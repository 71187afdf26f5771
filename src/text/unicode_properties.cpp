#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "text/unicode_properties.h"

#include <algorithm>
#include <map>

namespace gf {

namespace {

/// The names that PCRE2 does not know or reads differently.
const std::map<std::string, std::string, std::less<>>& named_sets() {
    static const std::map<std::string, std::string, std::less<>> k_sets = {
        {"alnum", "\\p{Alphabetic}\\p{Nd}"},
        {"alpha", "\\p{Alphabetic}"},
        {"any", "\\x{0}-\\x{10FFFF}"},
        {"ascii", "\\x{0}-\\x{7F}"},
        {"assigned", "\\P{Cn}"},
        {"blank", "\\p{Zs}\\t"},
        {"cntrl", "\\p{Cc}"},
        {"digit", "\\p{Nd}"},
        {"lower", "\\p{Lowercase}"},
        {"punct", "\\p{P}"},
        {"space", "\\p{White_Space}"},
        {"upper", "\\p{Uppercase}"},
        {"word", std::string(k_word_characters)},
        {"xdigit", "0-9a-fA-F"},
        {"other", "\\p{C}"},
        {"control", "\\p{Cc}"},
        {"format", "\\p{Cf}"},
        {"unassigned", "\\p{Cn}"},
        {"privateuse", "\\p{Co}"},
        {"surrogate", "\\p{Cs}"},
        {"letter", "\\p{L}"},
        {"casedletter", "\\p{L&}"},
        {"lc", "\\p{L&}"},
        {"lowercaseletter", "\\p{Ll}"},
        {"modifierletter", "\\p{Lm}"},
        {"otherletter", "\\p{Lo}"},
        {"titlecaseletter", "\\p{Lt}"},
        {"uppercaseletter", "\\p{Lu}"},
        {"mark", "\\p{M}"},
        {"combiningmark", "\\p{M}"},
        {"spacingmark", "\\p{Mc}"},
        {"enclosingmark", "\\p{Me}"},
        {"nonspacingmark", "\\p{Mn}"},
        {"number", "\\p{N}"},
        {"decimalnumber", "\\p{Nd}"},
        {"letternumber", "\\p{Nl}"},
        {"othernumber", "\\p{No}"},
        {"punctuation", "\\p{P}"},
        {"connectorpunctuation", "\\p{Pc}"},
        {"dashpunctuation", "\\p{Pd}"},
        {"closepunctuation", "\\p{Pe}"},
        {"finalpunctuation", "\\p{Pf}"},
        {"initialpunctuation", "\\p{Pi}"},
        {"otherpunctuation", "\\p{Po}"},
        {"openpunctuation", "\\p{Ps}"},
        {"symbol", "\\p{S}"},
        {"currencysymbol", "\\p{Sc}"},
        {"modifiersymbol", "\\p{Sk}"},
        {"mathsymbol", "\\p{Sm}"},
        {"othersymbol", "\\p{So}"},
        {"separator", "\\p{Z}"},
        {"lineseparator", "\\p{Zl}"},
        {"paragraphseparator", "\\p{Zp}"},
        {"spaceseparator", "\\p{Zs}"}};
    return k_sets;
}

/// The name without what does not matter in it, in lower case.
std::string plain_name(std::string_view name) {
    std::string plain;
    for (const char c : name)
        if (c != ' ' && c != '_' && c != '-')
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return plain;
}

/// Can PCRE2 compile this?
bool is_pcre2_pattern(const std::string& pattern) {
    int error_code = 0;
    PCRE2_SIZE error_at = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                     PCRE2_UTF | PCRE2_UCP, &error_code, &error_at, nullptr);
    pcre2_code_free(code);
    return code != nullptr;
}

} // namespace

std::optional<std::string> unicode_property(std::string_view name) {
    const std::string plain = plain_name(name);
    if (const auto it = named_sets().find(plain); it != named_sets().end()) return it->second;
    if (plain == "graph" || plain == "print") return posix_property(plain);
    const bool is_name = !plain.empty() &&
                         std::all_of(plain.begin(), plain.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    // PCRE2 would take the name of a script for all characters that are used with it.
    for (const char* kind : {"sc:", ""})
        if (const std::string property = "\\p{" + (kind + plain) + "}"; is_name && is_pcre2_pattern(property))
            return property;
    return {};
}

std::optional<std::string> posix_property(std::string_view name) {
    if (name == "punct") return "\\p{P}\\p{S}";
    if (name == "graph") return "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}";
    if (name == "print") return "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}\\p{Zs}";
    for (const char* known :
         {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "lower", "space", "upper", "word", "xdigit"})
        if (name == known) return unicode_property(name);
    return {};
}

} // namespace gf
