#include "text/train/tokenizer_recipe.h"

#include "core/name_matching.h"
#include "io/fields.h"
#include "platform/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 4> k_kinds = {"bpe", "wordpiece", "unigram", "characters"};
const std::vector<std::string> k_roles = {"bos", "eos", "unk", "pad", "mask", "cls", "sep"};
const std::vector<std::string> k_forms = {"", "nfc", "nfd", "nfkc", "nfkd"};
constexpr FieldRule k_token_count{.least = 0, .greatest = 1 << 24};

/// The index of `word` in `valid`.
/// @throws Error with the nearest valid name if it is not there.
std::size_t index_of(const std::vector<std::string>& valid, const std::string& word,
                     const std::string& where) {
    const auto it = std::find(valid.begin(), valid.end(), word);
    if (it == valid.end())
        throw Error(
            {where, fmt::format("a name that is known; nearest: {}", nearest_names(word, valid)), word, ""});
    return static_cast<std::size_t>(it - valid.begin());
}

/// The name of unk where the recipe has none. Empty if this kind does without unk.
std::string default_unknown(const TokenizerRecipe& recipe) {
    if (recipe.kind == TokenizerKind::wordpiece) return "[UNK]";
    return recipe.kind == TokenizerKind::bpe || recipe.byte_fallback ? "" : "<unk>";
}

void read_special_tokens(const json& value, TokenizerRecipe& recipe, const std::string& where) {
    if (!value.is_object())
        throw Error({where, "an object such as {\"bos\": \"<s>\"}", json_summary(value), ""});
    for (const auto& [role, content] : value.items()) {
        index_of(k_roles, role, where);
        if (content.is_null())
            recipe.special_tokens.erase(role);
        else
            recipe.special_tokens[role] = json_string(value, role, where);
    }
}

} // namespace

std::string_view name(TokenizerKind kind) { return k_kinds[static_cast<std::size_t>(kind)]; }

void TokenizerRecipe::fields(auto& recipe, auto visit) {
    visit("kind", recipe.kind, {.required = true});
    visit("vocab_size", recipe.vocab_size, k_token_count);
    visit("text_size", recipe.text_size, {.least = 0, .greatest = double(std::int64_t{1} << 40)});
    visit("min_frequency", recipe.min_frequency, k_token_count);
    visit("lowercase", recipe.lowercase);
    visit("split_digits", recipe.split_digits);
    visit("normalization", recipe.normalization);
    visit("byte_fallback", recipe.byte_fallback);
    visit("max_piece_length", recipe.max_piece_length, {.least = 1, .greatest = 256});
    visit("seed_size", recipe.seed_size, k_token_count);
    visit("shrinking_factor", recipe.shrinking_factor);
    visit("em_steps", recipe.em_steps, {.least = 1, .greatest = 100});
}

namespace {

/// A recipe's file. Its special tokens change those that the kind has by itself.
struct RecipeFile {
    TokenizerRecipe recipe;
    json special_tokens = json::object();
    static void fields(auto& file, auto visit) {
        TokenizerRecipe::fields(file.recipe, visit);
        visit("special_tokens", file.special_tokens);
    }
};

} // namespace

TokenizerRecipe parse_tokenizer_recipe(const json& value, const std::string& where) {
    auto [recipe, special_tokens] = fields_from_json<RecipeFile>(value, {.where = where});
    if (const std::string unknown = default_unknown(recipe); !unknown.empty())
        recipe.special_tokens["unk"] = unknown;
    read_special_tokens(special_tokens, recipe, fmt::format("{}: 'special_tokens'", where));
    validate(recipe, where);
    return recipe;
}

void validate(const TokenizerRecipe& recipe, const std::string& where) {
    const auto refuse = [&](const std::string& key, const std::string& expected, const std::string& found) {
        throw Error({fmt::format("{}: '{}'", where, key), expected, found, ""});
    };
    if (recipe.vocab_size < 1 && recipe.kind != TokenizerKind::characters)
        refuse("vocab_size", "the number of tokens, 1 or more", std::to_string(recipe.vocab_size));
    if (recipe.byte_fallback && recipe.kind != TokenizerKind::characters)
        refuse("byte_fallback", "false, unless 'kind' is characters", "true");
    if (recipe.split_digits && recipe.kind != TokenizerKind::bpe)
        refuse("split_digits", "false, unless 'kind' is bpe", "true");
    if (!(recipe.shrinking_factor > 0 && recipe.shrinking_factor < 1))
        refuse("shrinking_factor", "a number between 0 and 1", fmt::format("{}", recipe.shrinking_factor));
    index_of(k_forms, recipe.normalization, fmt::format("{}: 'normalization'", where));
    for (const auto& [role, content] : recipe.special_tokens)
        if (content.empty() || !is_valid_utf8(content))
            refuse(fmt::format("special_tokens' '{}", role), "a text in UTF-8",
                   fmt::format("'{}'", escape_invalid_utf8(content)));
    const bool needs_unknown =
        recipe.kind == TokenizerKind::wordpiece || recipe.kind == TokenizerKind::unigram;
    if (needs_unknown && !recipe.special_tokens.contains("unk"))
        refuse("special_tokens", "an unk token", "none");
    if (recipe.special_tokens.contains("cls") != recipe.special_tokens.contains("sep"))
        refuse("special_tokens", "cls and sep together", "one of them");
}

} // namespace gf
