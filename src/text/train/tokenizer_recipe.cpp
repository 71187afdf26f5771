#include "text/train/tokenizer_recipe.h"

#include "core/error.h"
#include "core/names.h"
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace gf {

using nlohmann::json;

namespace {

const std::vector<std::string> k_kinds = {"bpe", "wordpiece", "unigram", "characters"};
const std::vector<std::string> k_roles = {"bos", "eos", "unk", "pad", "mask", "cls", "sep"};
const std::vector<std::string> k_forms = {"", "nfc", "nfd", "nfkc", "nfkd"};
constexpr int k_most_tokens = 1 << 24;

std::size_t index_of(const std::vector<std::string>& valid, const std::string& word,
                     const std::string& where) {
    const auto it = std::find(valid.begin(), valid.end(), word);
    if (it == valid.end())
        throw Error(
            {where, fmt::format("a name that is known; nearest: {}", nearest_names(word, valid)), word, ""});
    return static_cast<std::size_t>(it - valid.begin());
}

/// What unk is called where the recipe does not say; empty: this kind does without.
std::string default_unknown(const TokenizerRecipe& r) {
    if (r.kind == TokenizerKind::wordpiece) return "[UNK]";
    return r.kind == TokenizerKind::bpe || r.byte_fallback ? "" : "<unk>";
}

void read_special_tokens(const json& value, TokenizerRecipe& r, const std::string& where) {
    if (!value.is_object())
        throw Error({where, "an object such as {\"bos\": \"<s>\"}", json_found(value), ""});
    for (const auto& [role, content] : value.items()) {
        index_of(k_roles, role, where);
        if (content.is_null())
            r.special_tokens.erase(role);
        else
            r.special_tokens[role] = json_string(value, role, where);
    }
}

} // namespace

std::string name(TokenizerKind kind) { return k_kinds[static_cast<std::size_t>(kind)]; }

TokenizerRecipe parse_tokenizer_recipe(const json& value, const std::string& where) {
    static const std::vector<std::string> k_keys = {
        "kind",          "vocab_size",    "min_frequency",    "lowercase",
        "normalization", "byte_fallback", "max_piece_length", "split_digits",
        "text_size",     "seed_size",     "shrinking_factor", "em_steps",
        "special_tokens"};
    if (!value.is_object()) throw Error({where, "an object with 'kind'", json_found(value), ""});
    for (const auto& [key, ignored] : value.items())
        index_of(k_keys, key, fmt::format("{}: '{}'", where, key));
    TokenizerRecipe r;
    r.kind = static_cast<TokenizerKind>(
        index_of(k_kinds, json_string(value, "kind", where), fmt::format("{}: 'kind'", where)));
    r.vocab_size = static_cast<int>(json_int_or(value, "vocab_size", 0, where, 0, k_most_tokens));
    r.text_size = json_int_or(value, "text_size", 0, where, 0, std::int64_t{1} << 40);
    r.min_frequency = static_cast<int>(json_int_or(value, "min_frequency", 0, where, 0, k_most_tokens));
    r.lowercase = json_bool_or(value, "lowercase", false, where);
    r.split_digits = json_bool_or(value, "split_digits", false, where);
    r.normalization = json_string_or(value, "normalization", "", where);
    r.byte_fallback = json_bool_or(value, "byte_fallback", false, where);
    r.max_piece_length =
        static_cast<int>(json_int_or(value, "max_piece_length", r.max_piece_length, where, 1, 256));
    r.seed_size = static_cast<int>(json_int_or(value, "seed_size", 0, where, 0, k_most_tokens));
    r.shrinking_factor = json_number_or(value, "shrinking_factor", r.shrinking_factor, where);
    r.em_steps = static_cast<int>(json_int_or(value, "em_steps", r.em_steps, where, 1, 100));
    if (const std::string unknown = default_unknown(r); !unknown.empty()) r.special_tokens["unk"] = unknown;
    if (json_has(value, "special_tokens"))
        read_special_tokens(value.at("special_tokens"), r, fmt::format("{}: 'special_tokens'", where));
    validate(r, where);
    return r;
}

json recipe_json(const TokenizerRecipe& r) {
    json tokens = r.special_tokens;
    if (!default_unknown(r).empty() && !r.special_tokens.contains("unk")) tokens["unk"] = nullptr;
    if (tokens.is_null()) tokens = json::object();
    return {{"kind", name(r.kind)},
            {"vocab_size", r.vocab_size},
            {"text_size", r.text_size},
            {"min_frequency", r.min_frequency},
            {"lowercase", r.lowercase},
            {"split_digits", r.split_digits},
            {"normalization", r.normalization},
            {"byte_fallback", r.byte_fallback},
            {"max_piece_length", r.max_piece_length},
            {"seed_size", r.seed_size},
            {"shrinking_factor", r.shrinking_factor},
            {"em_steps", r.em_steps},
            {"special_tokens", tokens}};
}

void validate(const TokenizerRecipe& r, const std::string& where) {
    const auto refuse = [&](const std::string& key, const std::string& expected, const std::string& found) {
        throw Error({fmt::format("{}: '{}'", where, key), expected, found, ""});
    };
    if (r.vocab_size < 1 && r.kind != TokenizerKind::characters)
        refuse("vocab_size", "the number of tokens, 1 or more", std::to_string(r.vocab_size));
    if (r.byte_fallback && r.kind != TokenizerKind::characters)
        refuse("byte_fallback", "false, unless 'kind' is characters", "true");
    if (r.split_digits && r.kind != TokenizerKind::bpe)
        refuse("split_digits", "false, unless 'kind' is bpe", "true");
    if (!(r.shrinking_factor > 0 && r.shrinking_factor < 1))
        refuse("shrinking_factor", "a number between 0 and 1", fmt::format("{}", r.shrinking_factor));
    index_of(k_forms, r.normalization, fmt::format("{}: 'normalization'", where));
    for (const auto& [role, content] : r.special_tokens)
        if (content.empty() || !is_valid_utf8(content))
            refuse(fmt::format("special_tokens' '{}", role), "a text in UTF-8",
                   fmt::format("'{}'", escape_invalid_utf8(content)));
    const bool needs_unknown = r.kind == TokenizerKind::wordpiece || r.kind == TokenizerKind::unigram;
    if (needs_unknown && !r.special_tokens.contains("unk")) refuse("special_tokens", "an unk token", "none");
    if (r.special_tokens.contains("cls") != r.special_tokens.contains("sep"))
        refuse("special_tokens", "cls and sep together", "one of them");
}

} // namespace gf
