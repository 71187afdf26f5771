#include "text/train/train_tokenizer.h"

#include "platform/error.h"
#include "text/text_splitter.h"
#include "text/tokenizer_json.h"
#include "text/train/trainers.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

json normalizer_json(const TokenizerRecipe& recipe) {
    json steps = json::array();
    if (!recipe.normalization.empty()) {
        std::string form = recipe.normalization;
        std::transform(form.begin(), form.end(), form.begin(),
                       [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        steps.push_back({{"type", form}});
    }
    if (recipe.kind == TokenizerKind::wordpiece)
        steps.push_back({{"type", "BertNormalizer"},
                         {"clean_text", true},
                         {"handle_chinese_chars", true},
                         {"strip_accents", nullptr},
                         {"lowercase", recipe.lowercase}});
    else if (recipe.lowercase)
        steps.push_back({{"type", "Lowercase"}});
    if (steps.empty()) return nullptr;
    return steps.size() == 1 ? steps[0] : json{{"type", "Sequence"}, {"normalizers", steps}};
}

const json k_byte_level = {
    {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};

json pre_tokenizer_json(const TokenizerRecipe& recipe) {
    switch (recipe.kind) {
    case TokenizerKind::bpe:
        if (!recipe.split_digits) return k_byte_level;
        return {{"type", "Sequence"},
                {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, k_byte_level}}};
    case TokenizerKind::wordpiece: return {{"type", "BertPreTokenizer"}};
    case TokenizerKind::unigram: // cuts into lines, and these into words with the space before them
        return {
            {"type", "Sequence"},
            {"pretokenizers",
             {{{"type", "Split"},
               {"pattern", {{"Regex", "\\n+"}}},
               {"behavior", "Isolated"},
               {"invert", false}},
              {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}, {"split", true}}}}};
    case TokenizerKind::characters: break;
    }
    return nullptr;
}

json decoder_json(const TokenizerRecipe& recipe) {
    switch (recipe.kind) {
    case TokenizerKind::bpe: return k_byte_level;
    case TokenizerKind::wordpiece: return {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    case TokenizerKind::unigram: return pre_tokenizer_json(recipe).at("pretokenizers").at(1);
    case TokenizerKind::characters: break;
    }
    return {{"type", "Sequence"}, {"decoders", {{{"type", "ByteFallback"}}, {{"type", "Fuse"}}}}};
}

/// Puts bos in front of a text, or cls and sep around it; null if the recipe has neither.
json post_processor_json(const TokenizerRecipe& recipe, const std::vector<std::string>& special) {
    const bool is_bert = recipe.special_tokens.contains("cls");
    if (!is_bert && !recipe.special_tokens.contains("bos")) return nullptr;
    json used = json::object();
    const auto token = [&](const char* role, int type) {
        const std::string& name = recipe.special_tokens.at(role);
        const auto id = std::find(special.begin(), special.end(), name) - special.begin();
        used[name] = {{"id", name}, {"ids", {id}}, {"tokens", {name}}};
        return json{{"SpecialToken", {{"id", name}, {"type_id", type}}}};
    };
    const auto text = [](const char* id, int type) {
        return json{{"Sequence", {{"id", id}, {"type_id", type}}}};
    };
    json single = json::array({token(is_bert ? "cls" : "bos", 0), text("A", 0)});
    if (is_bert) single.push_back(token("sep", 0));
    json pair = single;
    pair.push_back(text("B", 1));
    if (is_bert) pair.push_back(token("sep", 1));
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", used}};
}

/// The names of the special tokens in a fixed order, each once.
std::vector<std::string> special_names(const TokenizerRecipe& recipe) {
    std::vector<std::string> names;
    for (const char* role : {"unk", "pad", "bos", "eos", "cls", "sep", "mask"}) {
        const auto it = recipe.special_tokens.find(role);
        if (it != recipe.special_tokens.end() &&
            std::find(names.begin(), names.end(), it->second) == names.end())
            names.push_back(it->second);
    }
    return names;
}

/// The "added_tokens". Where words include the space before them, a mask takes that space, too (as
/// RoBERTa's does), so that it stands for a whole word.
json added_tokens_json(const TokenizerRecipe& recipe, const std::vector<std::string>& special) {
    const bool words_have_spaces = recipe.kind == TokenizerKind::bpe || recipe.kind == TokenizerKind::unigram;
    const auto mask = words_have_spaces ? recipe.special_tokens.find("mask") : recipe.special_tokens.end();
    json added = json::array();
    for (std::size_t id = 0; id < special.size(); ++id)
        added.push_back({{"id", id},
                         {"content", special[id]},
                         {"single_word", false},
                         {"lstrip", mask != recipe.special_tokens.end() && special[id] == mask->second},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    return added;
}

/// The different pieces of the text in the order of their first occurrence, with their counts.
std::vector<CountedWord> count_words(const TextSplitter& splitter, std::string_view text) {
    std::vector<CountedWord> words;
    StringIdMap places; // piece -> index in words
    splitter.split(
        text, [](int, Origin) {},
        [&](const AlignedText& pieces, Span span) {
            const std::string_view piece = pieces.part(span);
            if (const auto place = places.find(piece)) {
                ++words[static_cast<std::size_t>(*place)].count;
                return;
            }
            places.add(std::string(piece), static_cast<int>(words.size()));
            words.push_back({std::string(piece), 1, {}});
        });
    return words;
}

/// The largest number of bytes, up to `size`, that does not cut a character of the text.
std::size_t whole_characters_size(std::string_view text, std::size_t size) {
    if (size >= text.size()) return text.size();
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    return size;
}

/// @throws Error if no tokenizer can be trained on the text.
void check_text(std::string_view text, const std::string& where) {
    constexpr std::size_t k_longest = 1u << 30; // bytes
    if (text.empty()) throw Error({where, "a text to train a tokenizer on", "nothing", ""});
    if (text.size() > k_longest)
        throw Error({where, "at most 1 GB to train a tokenizer on", fmt::format("{} bytes", text.size()),
                     "pass a part of it"});
    if (const std::size_t valid = valid_utf8_size(text); valid < text.size())
        throw Error({fmt::format("{}: byte {}", where, valid), "UTF-8",
                     byte_name(static_cast<unsigned char>(text[valid])), "convert the text to UTF-8"});
}

/// A tokenizer.json does not say which token is EOS, so parse_tokenizer_json() knows it by its name.
/// @throws Error if the recipe's name is not one of those.
void check_eos(const TokenizerRecipe& recipe, const Tokenizer& tokenizer, const std::string& where) {
    const auto it = recipe.special_tokens.find("eos");
    if (it != recipe.special_tokens.end() && tokenizer.eos_id() != tokenizer.find_token(it->second))
        throw Error({where + ": 'special_tokens' 'eos'",
                     "</s>, <eos>, [EOS], <|end_of_text|> or <|endoftext|>", it->second,
                     "other names are not recognised when the file is read again"});
}

} // namespace

TrainedTokenizer train_tokenizer(const TokenizerRecipe& recipe, std::string_view text,
                                 const std::string& where) {
    validate(recipe, "tokenizer");
    if (recipe.text_size > 0)
        text = text.substr(0, whole_characters_size(text, static_cast<std::size_t>(recipe.text_size)));
    check_text(text, where);
    const std::vector<std::string> special = special_names(recipe);
    json file{{"version", "1.0"},
              {"truncation", nullptr},
              {"padding", nullptr},
              {"added_tokens", added_tokens_json(recipe, special)},
              {"normalizer", normalizer_json(recipe)},
              {"pre_tokenizer", pre_tokenizer_json(recipe)},
              {"post_processor", post_processor_json(recipe, special)},
              {"decoder", decoder_json(recipe)}};

    TokenizerTraining training{
        recipe, special, count_words(TextSplitter(file, where, read_added_tokens(file, where)), text), -1, {},
        {},     {}};
    if (const auto unknown = recipe.special_tokens.find("unk"); unknown != recipe.special_tokens.end())
        training.unknown_id =
            static_cast<int>(std::find(special.begin(), special.end(), unknown->second) - special.begin());
    switch (recipe.kind) {
    case TokenizerKind::bpe: train_bpe(training); break;
    case TokenizerKind::wordpiece: train_wordpiece(training); break;
    case TokenizerKind::unigram: train_unigram(training); break;
    case TokenizerKind::characters: train_characters(training); break;
    }
    file["model"] = std::move(training.model);
    TrainedTokenizer trained{nullptr, file.dump(1), std::move(training.merges), std::move(training.prunings),
                             std::move(training.words)};
    trained.tokenizer = parse_tokenizer_json(trained.tokenizer_json, "tokenizer");
    check_eos(recipe, *trained.tokenizer, "tokenizer");
    return trained;
}

json history_json(const TrainedTokenizer& trained) {
    const auto name = [&](int id) { return trained.tokenizer->token_name(id); };
    json merges = json::array(), prunings = json::array();
    for (const MergeStep& m : trained.merges)
        merges.push_back({{"left", name(m.left)},
                          {"right", name(m.right)},
                          {"merged", name(m.merged)},
                          {"id", m.merged},
                          {"count", m.count},
                          {"score", m.score}});
    for (const PruneStep& p : trained.prunings) {
        json removed = json::array();
        for (const PruneStep::Removed& r : p.removed)
            removed.push_back({{"piece", r.piece}, {"loss", r.loss}});
        prunings.push_back(
            {{"log_likelihoods", p.log_likelihoods}, {"n_pieces", p.n_pieces}, {"removed", removed}});
    }
    return {{"merges", merges}, {"prunings", prunings}};
}

} // namespace gf
