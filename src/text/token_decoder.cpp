#include "text/token_decoder.h"

#include "text/byte_level.h"
#include "text/step_reading.h"
#include "text/utf8.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

/// `text` with every occurrence of `pattern`, which is not empty, replaced.
std::string replaced(std::string_view text, std::string_view pattern, std::string_view content) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t found = std::min(text.find(pattern, at), text.size());
        result += text.substr(at, found - at);
        if (found < text.size()) result += content;
        at = found + pattern.size();
    }
    return result;
}

/// Removes the spaces before English punctuation and contractions, as Hugging Face's WordPiece decoder does
/// in each token.
std::string clean_up(std::string text) {
    static constexpr std::pair<const char*, const char*> k_steps[] = {
        {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
        {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
    for (const auto& [pattern, content] : k_steps) text = replaced(text, pattern, content);
    return text;
}

/// `text` without the first `n` or fewer occurrences of `content` at its start.
std::string stripped(std::string_view text, std::string_view content, std::int64_t n) {
    for (; n > 0 && text.starts_with(content); --n) text.remove_prefix(content.size());
    return std::string(text);
}

std::string bytes_of_byte_level(const std::string& text, bool) {
    return byte_level_bytes(text).value_or(text);
}

} // namespace

struct TokenDecoder::Readers {
    static void byte_level(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "add_prefix_space", "trim_offsets", "use_regex"}, where);
        out.steps_.push_back(bytes_of_byte_level);
        out.fuses_ = true;
    }

    static void word_piece(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "prefix", "cleanup"}, where);
        const std::string prefix = json_string_or(step, "prefix", "##", where);
        const bool cleans_up = json_bool_or(step, "cleanup", true, where);
        out.steps_.push_back([=](std::string text, bool is_first) {
            if (!is_first) text = text.starts_with(prefix) ? text.substr(prefix.size()) : " " + text;
            return cleans_up ? clean_up(text) : text;
        });
    }

    static void bpe(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "suffix"}, where);
        const std::string suffix = json_string_or(step, "suffix", "</w>", where);
        if (suffix.empty()) return;
        out.word_suffix_ = suffix;
        out.steps_.push_back([=](const std::string& text, bool) { return replaced(text, suffix, " "); });
    }

    static void byte_fallback(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type"}, where);
        out.has_byte_fallback_ = true;
        out.steps_.push_back([](const std::string& text, bool) {
            const auto byte = byte_of_name(text);
            return byte ? std::string(1, static_cast<char>(*byte)) : text;
        });
    }

    static void fuse(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type"}, where);
        out.fuses_ = true;
    }

    static void replace(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "pattern", "content"}, where);
        const auto rewrite =
            std::make_shared<Replace>(read_pattern(step, where), json_string(step, "content", where));
        out.steps_.push_back([=](const std::string& text, bool) {
            return std::string(rewrite->apply(AlignedText(text)).text());
        });
    }

    static void metaspace(const json& step, const std::string& where, TokenDecoder& out) {
        const std::string mark = read_metaspace_mark(step, where);
        add_metaspace(mark, read_prefix_scheme(step, where), out);
    }

    /// Marks become spaces. Those of the first token, where encoding put one, vanish: all of them, as in
    /// Hugging Face's library.
    static void add_metaspace(const std::string& mark, PrefixScheme scheme, TokenDecoder& out) {
        out.steps_.push_back([=](const std::string& text, bool is_first) {
            return replaced(text, mark, is_first && scheme != PrefixScheme::never ? "" : " ");
        });
    }

    static void strip(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "content", "start", "stop"}, where);
        const std::string content = json_string(step, "content", where);
        if (count_chars(content) != 1) refuse_part(where, "content", "one character", content);
        const std::int64_t start = json_int(step, "start", where, 0);
        if (json_int(step, "stop", where, 0) > 0)
            out.notices_.push_back(
                where + ": 'stop' of Strip is not followed: decoded texts keep what they end with");
        const bool only_first = out.fuses_;
        out.steps_.push_back([=](const std::string& text, bool is_first) {
            return only_first && !is_first ? text : stripped(text, content, start);
        });
    }

    static void ctc(const json& step, const std::string& where, TokenDecoder& out) {
        json_check_keys(step, {"type", "pad_token", "word_delimiter_token", "cleanup"}, where);
        const std::string pad = json_string_or(step, "pad_token", "<pad>", where);
        const std::string delimiter = json_string_or(step, "word_delimiter_token", "|", where);
        const bool cleans_up = json_bool_or(step, "cleanup", true, where);
        out.repeats_are_one_ = true;
        out.steps_.push_back([=](std::string text, bool) {
            if (!pad.empty()) text = replaced(text, pad, "");
            if (cleans_up) text = clean_up(text);
            return cleans_up && !delimiter.empty() ? replaced(text, delimiter, " ") : text;
        });
    }
};

TokenDecoder::TokenDecoder(const json& value, const std::string& where, const PreTokenizer& pre_tokenizer,
                           bool is_byte_level) {
    static const std::map<std::string, void (*)(const json&, const std::string&, TokenDecoder&)> k_readers = {
        {"BPEDecoder", Readers::bpe},
        {"ByteFallback", Readers::byte_fallback},
        {"ByteLevel", Readers::byte_level},
        {"CTC", Readers::ctc},
        {"Fuse", Readers::fuse},
        {"Metaspace", Readers::metaspace},
        {"Replace", Readers::replace},
        {"Strip", Readers::strip},
        {"WordPiece", Readers::word_piece}};
    read_steps(value, "decoders", where, k_readers, *this);
    if (!value.is_null()) return;
    if (is_byte_level)
        steps_.push_back(bytes_of_byte_level);
    else if (!pre_tokenizer.space_mark.empty())
        Readers::add_metaspace(pre_tokenizer.space_mark, PrefixScheme::always, *this);
    else if (pre_tokenizer.drops_text)
        steps_.push_back([](const std::string& text, bool is_first) { return is_first ? text : " " + text; });
}

std::string TokenDecoder::text_of(const std::string& name, bool is_first) const {
    std::string text = name;
    for (const Step& step : steps_) text = step(text, is_first);
    return text;
}

Token TokenDecoder::make_token(const std::string& name) const {
    Token token{.name = name, .bytes = text_of(name, false), .start_bytes = text_of(name, true)};
    if (has_byte_fallback_ && byte_of_name(name)) {
        token.kind = TokenKind::byte;
        token.start_bytes = token.bytes; // no space that encoding put there
    }
    token.ends_word = !word_suffix_.empty() && name.ends_with(word_suffix_) && token.bytes.ends_with(' ');
    return token;
}

} // namespace gf
