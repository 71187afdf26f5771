#include "text/tokenizer_parts.h"

#include "platform/error.h"
#include "text/byte_level.h"
#include "text/unicode.h"
#include "text/utf8.h"

#include <fmt/format.h>
#include <limits>
#include <map>
#include <utility>

namespace gf {

using nlohmann::json;

namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& key, const std::string& expected,
                         const json& found) {
    throw Error({fmt::format("{}: '{}'", where, key), expected, json_summary(found),
                 "Glassformer does not support it"});
}

/// The text of a step's "pattern", which must have the form {"String": "..."}.
const std::string& read_literal_pattern(const json& step, const std::string& where) {
    const json& pattern = json_object(step, "pattern", where);
    if (pattern.size() != 1 || !pattern.contains("String"))
        refuse(where, "pattern", R"({"String": ...})", pattern);
    const std::string& text = json_string(pattern, "String", where);
    if (text.empty()) refuse(where, "pattern", "a text", pattern);
    return text;
}

/// Calls read(step) for the one step that `value` is, or for each step of a Sequence, whose key is `list`.
template <class Read>
void for_each_step(const json& value, const char* list, const std::string& where, Read&& read) {
    if (value.is_null()) return;
    if (json_string(value, "type", where) != "Sequence") {
        read(value);
        return;
    }
    json_check_keys(value, {"type", list}, where);
    for (const json& step : json_array(value, list, where)) for_each_step(step, list, where, read);
}

} // namespace

const json& optional_part(const json& object, const char* key) {
    static const json k_null;
    const auto it = object.find(key);
    return it == object.end() ? k_null : *it;
}

namespace {

/// BERT's BasicTokenizer (Devlin et al. 2018), which Hugging Face splits into four settings.
void read_bert_normalizer(const json& step, const std::string& where, Rewriter& out) {
    json_check_keys(step, {"type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"},
                    where);
    const bool lowercase = json_bool_or(step, "lowercase", true, where);
    if (json_bool_or(step, "clean_text", true, where)) out.transform(clean_text);
    if (json_bool_or(step, "handle_chinese_chars", true, where)) out.transform(space_out_ideographs);
    if (json_bool_or(step, "strip_accents", lowercase, where)) out.transform(strip_accents);
    if (lowercase) out.transform(lower_case);
}

} // namespace

Rewriter parse_normalizer(const json& value, const std::string& where) {
    static const std::map<std::string, Rewriter::Transform> k_transforms = {
        {"Lowercase", lower_case}, {"NFC", nfc}, {"NFD", nfd}, {"NFKC", nfkc}, {"NFKD", nfkd}};
    Rewriter result(where);
    for_each_step(value, "normalizers", where, [&](const json& step) {
        const std::string& type = json_string(step, "type", where);
        if (type == "Prepend") {
            json_check_keys(step, {"type", "prepend"}, where);
            result.prepend(json_string(step, "prepend", where));
        } else if (type == "Replace") {
            json_check_keys(step, {"type", "pattern", "content"}, where);
            result.replace(read_literal_pattern(step, where), json_string(step, "content", where));
        } else if (type == "BertNormalizer") {
            read_bert_normalizer(step, where, result);
        } else if (const auto it = k_transforms.find(type); it != k_transforms.end()) {
            json_check_keys(step, {"type"}, where);
            result.transform(it->second);
        } else {
            refuse(where, "type",
                   "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Prepend, Replace or Sequence", type);
        }
    });
    return result;
}

namespace {

/// Reads "prepend_scheme" of a Metaspace, which is a step of pre-tokenizers and of decoders. Older files
/// have "add_prefix_space" instead.
PrefixScheme read_prefix_scheme(const json& step, const std::string& where) {
    const bool adds = json_bool_or(step, "add_prefix_space", true, where);
    const std::string name = json_string_or(step, "prepend_scheme", adds ? "always" : "never", where);
    if (name == "never") return PrefixScheme::never;
    if (!adds) refuse(where, "prepend_scheme", "never, as 'add_prefix_space' is false", name);
    if (name == "first") return PrefixScheme::first;
    if (name == "always") return PrefixScheme::always;
    refuse(where, "prepend_scheme", "never, first or always", name);
}

/// Reads "replacement" of a Metaspace: the character that is written for a space.
const std::string& read_metaspace_mark(const json& step, const std::string& where) {
    json_check_keys(step, {"type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"},
                    where);
    const std::string& mark = json_string(step, "replacement", where);
    if (count_chars(mark) != 1) refuse(where, "replacement", "one character", mark);
    return mark;
}

SplitBehavior read_split_behavior(const json& step, const std::string& where) {
    static const std::map<std::string, SplitBehavior> k_names = {
        {"Removed", SplitBehavior::removed},
        {"Isolated", SplitBehavior::isolated},
        {"MergedWithPrevious", SplitBehavior::merged_with_previous},
        {"MergedWithNext", SplitBehavior::merged_with_next},
        {"Contiguous", SplitBehavior::contiguous}};
    const json& name = json_field(step, "behavior", where);
    const auto it = k_names.find(json_string(step, "behavior", where));
    if (it == k_names.end()) refuse(where, "behavior", "a behavior of Hugging Face's Split", name);
    return it->second;
}

void read_byte_level(const json& step, const std::string& where, PreTokenizer& out) {
    // GPT-2's expression for words (openai/gpt-2 encoder.py).
    static const std::string k_words =
        R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
    json_check_keys(step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, where);
    if (json_bool_or(step, "add_prefix_space", true, where))
        out.steps.push_back(std::make_unique<PrefixSpace>());
    if (json_bool_or(step, "use_regex", true, where))
        out.steps.push_back(std::make_unique<Split>(Regex(k_words, Regex::Syntax::pattern, where),
                                                    SplitBehavior::isolated, false));
    out.steps.push_back(std::make_unique<ByteLevel>());
    out.is_byte_level = true;
}

void read_split(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "pattern", "behavior", "invert"}, where);
    const json& pattern = json_object(step, "pattern", where);
    const bool is_regex = pattern.contains("Regex");
    const std::string text =
        is_regex ? json_string(pattern, "Regex", where) : read_literal_pattern(step, where);
    Regex regex(text, is_regex ? Regex::Syntax::pattern : Regex::Syntax::literal, where + ": 'pattern'");
    out.steps.push_back(std::make_unique<Split>(std::move(regex), read_split_behavior(step, where),
                                                json_bool_or(step, "invert", false, where)));
}

void read_metaspace(const json& step, const std::string& where, PreTokenizer& out) {
    const std::string& mark = read_metaspace_mark(step, where);
    const PrefixScheme scheme = read_prefix_scheme(step, where);
    out.steps.push_back(std::make_unique<Metaspace>(mark, scheme));
    out.prefixes_every_segment |= scheme == PrefixScheme::always;
    if (json_bool_or(step, "split", true, where))
        out.steps.push_back(std::make_unique<Split>(Regex(mark, Regex::Syntax::literal, where),
                                                    SplitBehavior::merged_with_next, false));
}

void read_digits(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type", "individual_digits"}, where);
    const bool single = json_bool_or(step, "individual_digits", false, where);
    out.steps.push_back(std::make_unique<Split>(Regex(R"(\p{N})", Regex::Syntax::pattern, where),
                                                single ? SplitBehavior::isolated : SplitBehavior::contiguous,
                                                false));
}

/// BERT drops white space and makes every punctuation mark a piece of its own.
void read_bert_pre_tokenizer(const json& step, const std::string& where, PreTokenizer& out) {
    json_check_keys(step, {"type"}, where);
    const auto split = [&](const char* pattern, SplitBehavior behavior) {
        out.steps.push_back(
            std::make_unique<Split>(Regex(pattern, Regex::Syntax::pattern, where), behavior, false));
    };
    split(R"(\s+)", SplitBehavior::removed);
    split(R"([!-/:-@\[-`{-~\p{P}])", SplitBehavior::isolated);
}

} // namespace

PreTokenizer parse_pre_tokenizer(const json& value, const std::string& where) {
    static const std::map<std::string, void (*)(const json&, const std::string&, PreTokenizer&)> k_readers = {
        {"ByteLevel", read_byte_level},
        {"Split", read_split},
        {"Metaspace", read_metaspace},
        {"Digits", read_digits},
        {"BertPreTokenizer", read_bert_pre_tokenizer}};
    PreTokenizer result;
    for_each_step(value, "pretokenizers", where, [&](const json& step) {
        const std::string& type = json_string(step, "type", where);
        const auto it = k_readers.find(type);
        if (it == k_readers.end())
            refuse(where, "type", "BertPreTokenizer, ByteLevel, Split, Metaspace, Digits or Sequence", type);
        if (result.is_byte_level) refuse(where, "type", "nothing after ByteLevel", type);
        it->second(step, where, result);
    });
    return result;
}

TokenDecoder::TokenDecoder(const json& value, const std::string& where) : rewriter_(where) {
    for_each_step(value, "decoders", where, [&](const json& step) {
        const std::string& type = json_string(step, "type", where);
        if (is_byte_level_ || word_prefix_)
            refuse(where, "type", "nothing after ByteLevel or WordPiece", type);
        if (type == "ByteLevel") {
            if (has_byte_fallback_ || fuses_ || !rewriter_.is_empty())
                refuse(where, "type", "nothing before ByteLevel", type);
            is_byte_level_ = true;
        } else if (type == "WordPiece") {
            if (has_byte_fallback_ || fuses_ || !rewriter_.is_empty())
                refuse(where, "type", "nothing before WordPiece", type);
            json_check_keys(step, {"type", "prefix", "cleanup"}, where);
            word_prefix_ = json_string_or(step, "prefix", "##", where);
            cleans_up_ = json_bool_or(step, "cleanup", true, where);
        } else if (type == "ByteFallback") {
            has_byte_fallback_ = true;
        } else if (type == "Fuse") {
            fuses_ = true;
        } else if (type == "Replace") {
            rewriter_.replace(read_literal_pattern(step, where), json_string(step, "content", where));
        } else if (type == "Metaspace") {
            rewriter_.replace(read_metaspace_mark(step, where), " ");
            strips_leading_space_ |= read_prefix_scheme(step, where) != PrefixScheme::never;
        } else if (type == "Strip") {
            const bool is_first_space = json_string(step, "content", where) == " " &&
                                        json_int(step, "start", where, 0) <= 1 &&
                                        json_int(step, "stop", where) == 0;
            if (!is_first_space || !fuses_)
                refuse(where, "type", "Strip of one leading space, after Fuse", step);
            strips_leading_space_ |= json_int(step, "start", where) == 1;
        } else {
            refuse(where, "type",
                   "ByteLevel, WordPiece, ByteFallback, Fuse, Replace, Metaspace, Strip or Sequence", type);
        }
    });
}

namespace {

/// Removes the spaces before English punctuation and contractions, as Hugging Face's WordPiece decoder does
/// in each token.
std::string clean_up(std::string text) {
    static const std::pair<const char*, const char*> k_steps[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    Rewriter rewriter("cleanup");
    for (const auto& [pattern, content] : k_steps) rewriter.replace(pattern, content);
    return rewriter.apply(text);
}

} // namespace

Token TokenDecoder::make_token(const std::string& name) const {
    Token token{name, name};
    if (word_prefix_) {
        const bool continues = !word_prefix_->empty() && name.starts_with(*word_prefix_);
        token.bytes = continues ? name.substr(word_prefix_->size()) : " " + name;
        if (cleans_up_) token.bytes = clean_up(token.bytes);
        return token;
    }
    if (is_byte_level_) {
        token.bytes = byte_level_bytes(name).value_or(name);
        return token;
    }
    token.bytes = rewriter_.apply(name);
    if (const auto byte = byte_of_name(name); byte && has_byte_fallback_)
        token = {name, std::string(1, static_cast<char>(*byte)), TokenKind::byte};
    return token;
}

namespace {

/// The ids of the special token that `part` of a template names.
std::vector<int> special_token_ids(const json& step, const json& part, const std::string& where) {
    std::vector<int> ids;
    const std::string& name = json_string(json_object(part, "SpecialToken", where), "id", where);
    const json& special = json_object(json_object(step, "special_tokens", where), name, where);
    for (const json& id : json_array(special, "ids", where)) {
        if (!id.is_number_unsigned() ||
            id.get<std::uint64_t>() > std::uint64_t(std::numeric_limits<int>::max()))
            refuse(where, "special_tokens", "token ids", id);
        ids.push_back(id.get<int>());
    }
    return ids;
}

/// TemplateProcessing: special tokens before and after the text, which is "Sequence" A. Its "pair" is for
/// two texts and is ignored.
PostProcessor read_template_processing(const json& step, const std::string& where) {
    constexpr std::size_t k_longest = 64;
    json_check_keys(step, {"type", "single", "pair", "special_tokens"}, where);
    const json& single = json_array(step, "single", where);
    PostProcessor result;
    bool after_text = false;
    for (const json& part : single) {
        if (part.is_object() && part.contains("Sequence")) {
            if (after_text || json_string(part["Sequence"], "id", where) != "A")
                refuse(where, "single", "one Sequence, A", single);
            after_text = true;
            continue;
        }
        std::vector<int>& side = after_text ? result.after : result.before;
        const std::vector<int> ids = special_token_ids(step, part, where);
        side.insert(side.end(), ids.begin(), ids.end());
        if (side.size() > k_longest)
            refuse(where, "single", fmt::format("at most {} tokens", k_longest), single);
    }
    if (!after_text) refuse(where, "single", "one Sequence, A", single);
    return result;
}

} // namespace

PostProcessor parse_post_processor(const json& value, const std::string& where) {
    PostProcessor result;
    bool has_template = false;
    for_each_step(value, "processors", where, [&](const json& step) {
        const std::string& type = json_string(step, "type", where);
        if (type == "ByteLevel") return; // changes offsets, not ids
        if (type != "TemplateProcessing" || has_template)
            refuse(where, "type", "ByteLevel and one TemplateProcessing", type);
        has_template = true;
        result = read_template_processing(step, where);
    });
    return result;
}

} // namespace gf
