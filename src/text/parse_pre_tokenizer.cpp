#include "text/scripts.h"
#include "text/step_reading.h"
#include "text/tokenizer_parts.h"
#include "text/unicode_properties.h"
#include "text/utf8.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

// What Hugging Face's library takes for punctuation: ASCII's and that of Unicode 8, not what came later.
constexpr const char* k_punctuation =
    R"([!-/:-@\[-`{-~]|(?![\x{61D}\x{9FD}\x{A76}\x{C77}\x{C84}\x{166D}\x{1B7D}\x{1B7E}\x{2E43}-\x{2E4F})"
    R"(\x{2E52}-\x{2E5D}\x{10EAD}\x{10F55}-\x{10F59}\x{10F86}-\x{10F89}\x{111C9}\x{1144B}-\x{1144F}\x{1145A})"
    R"(\x{1145B}\x{1145D}\x{11660}-\x{1166C}\x{116B9}\x{1183B}\x{11944}-\x{11946}\x{119E2}\x{11A3F}-\x{11A46})"
    R"(\x{11A9A}-\x{11A9C}\x{11A9E}-\x{11AA2}\x{11C41}-\x{11C45}\x{11C70}\x{11C71}\x{11EF7}\x{11EF8}\x{11FFF})"
    R"(\x{12FF1}\x{12FF2}\x{16E97}-\x{16E9A}\x{16FE2}\x{1E95E}\x{1E95F}])\p{P})";

void add_split(PreTokenizer& out, Regex regex, SplitBehavior behavior, bool invert = false) {
    out.drops_text |= behavior == SplitBehavior::removed;
    out.steps.push_back(std::make_unique<Split>(std::move(regex), behavior, invert));
}

/// Cuts at the matches of an expression of our own, in PCRE2's syntax.
void add_split(PreTokenizer& out, const std::string& pattern, SplitBehavior behavior,
               const std::string& where, bool invert = false) {
    add_split(out, Regex(pattern, Regex::Syntax::pcre2, where), behavior, invert);
}

SplitBehavior read_split_behavior(const json& step, const std::string& where, const std::string& fallback) {
    static const std::map<std::string, SplitBehavior> k_names = {
        {"Removed", SplitBehavior::removed},
        {"Isolated", SplitBehavior::isolated},
        {"MergedWithPrevious", SplitBehavior::merged_with_previous},
        {"MergedWithNext", SplitBehavior::merged_with_next},
        {"Contiguous", SplitBehavior::contiguous}};
    const std::string name = json_string_or(step, "behavior", fallback, where);
    const auto it = k_names.find(name);
    if (it == k_names.end())
        refuse_part(where, "behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous",
                    name);
    return it->second;
}

void read_byte_level(const json& step, const std::string& where, PreTokenizer& out) {
    // GPT-2's expression for words (openai/gpt-2 encoder.py).
    static const std::string k_words =
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+)"
        R"(|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+)";
    json_check_keys(step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, where);
    if (json_bool_or(step, "add_prefix_space", true, where))
        out.steps.push_back(std::make_unique<PrefixSpace>());
    if (json_bool_or(step, "use_regex", true, where)) add_split(out, k_words, SplitBehavior::isolated, where);
    out.steps.push_back(std::make_unique<RewritePieces>(std::make_unique<ByteChars>()));
    out.is_byte_level = true;
}

void read_split(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "pattern", "behavior", "invert"}, where);
    add_split(out, read_pattern(step, where), read_split_behavior(step, where, ""),
              json_bool_or(step, "invert", false, where));
}

void read_metaspace(const json& step, const std::string& where, PreTokenizer& out) {
    const std::string& mark = read_metaspace_mark(step, where);
    const PrefixScheme scheme = read_prefix_scheme(step, where);
    out.steps.push_back(std::make_unique<Metaspace>(mark, scheme));
    out.prefixes_every_segment |= scheme == PrefixScheme::always;
    out.space_mark = mark;
    if (json_bool_or(step, "split", true, where))
        add_split(out, Regex(mark, Regex::Syntax::literal, where), SplitBehavior::merged_with_next);
}

void read_digits(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "individual_digits"}, where);
    const bool single = json_bool_or(step, "individual_digits", false, where);
    add_split(out, R"(\p{N})", single ? SplitBehavior::isolated : SplitBehavior::contiguous, where);
}

void read_punctuation(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "behavior"}, where);
    add_split(out, k_punctuation, read_split_behavior(step, where, "Isolated"), where);
}

/// BERT drops white space and makes every punctuation mark a piece of its own.
void read_bert_pre_tokenizer(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type"}, where);
    add_split(out, R"(\p{White_Space}+)", SplitBehavior::removed, where);
    add_split(out, k_punctuation, SplitBehavior::isolated, where);
}

/// Words and what is neither word nor white space. A word may hold U+200C and U+200D, which join letters.
void read_whitespace(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type"}, where);
    const std::string word = std::string(k_word_characters) + "\\x{200C}\\x{200D}";
    add_split(out, fmt::format(R"([{0}]+|[^{0}\p{{White_Space}}]+)", word), SplitBehavior::removed, where,
              true);
}

void read_whitespace_split(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type"}, where);
    add_split(out, R"(\p{White_Space})", SplitBehavior::removed, where);
}

void read_char_delimiter_split(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "delimiter"}, where);
    const std::string& delimiter = json_string(step, "delimiter", where);
    if (count_chars(delimiter) != 1) refuse_part(where, "delimiter", "one character", delimiter);
    add_split(out, Regex(delimiter, Regex::Syntax::literal, where), SplitBehavior::removed);
}

void read_fixed_length(const json& step, const std::string& where, PreTokenizer& out) {
    constexpr int k_longest = 65'535; // the most that an expression can repeat
    json_check_keys(step, {"type", "length"}, where);
    const auto length = json_int_or(step, "length", 5, where, 1, k_longest);
    add_split(out, fmt::format("(?s:.{{1,{}}})", length), SplitBehavior::isolated, where);
}

void read_unicode_scripts(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type"}, where);
    add_split(out, script_runs_pattern(), SplitBehavior::removed, where, true);
}

} // namespace

PreTokenizer parse_pre_tokenizer(const json& value, const std::string& where) {
    static const std::map<std::string, void (*)(const json&, const std::string&, PreTokenizer&)> k_readers = {
        {"BertPreTokenizer", read_bert_pre_tokenizer},
        {"ByteLevel", read_byte_level},
        {"CharDelimiterSplit", read_char_delimiter_split},
        {"Digits", read_digits},
        {"FixedLength", read_fixed_length},
        {"Metaspace", read_metaspace},
        {"Punctuation", read_punctuation},
        {"Split", read_split},
        {"UnicodeScripts", read_unicode_scripts},
        {"Whitespace", read_whitespace},
        {"WhitespaceSplit", read_whitespace_split}};
    PreTokenizer result;
    read_steps(value, "pretokenizers", where, k_readers, result);
    return result;
}

} // namespace gf
