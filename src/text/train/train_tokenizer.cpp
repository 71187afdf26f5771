#include "text/train/train_tokenizer.h"

#include "core/error.h"
#include "text/text_splitter.h"
#include "text/tokenizer_json.h"
#include "text/train/trainers.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <map>
#include <unordered_map>

namespace gf {

using nlohmann::json;

namespace {

json normalizer_json(const TokenizerRecipe& r) {
    json steps = json::array();
    if (!r.normalization.empty()) {
        std::string form = r.normalization;
        std::transform(form.begin(), form.end(), form.begin(),
                       [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        steps.push_back({{"type", form}});
    }
    if (r.kind == TokenizerKind::wordpiece)
        steps.push_back({{"type", "BertNormalizer"},
                         {"clean_text", true},
                         {"handle_chinese_chars", true},
                         {"strip_accents", nullptr},
                         {"lowercase", r.lowercase}});
    else if (r.lowercase)
        steps.push_back({{"type", "Lowercase"}});
    if (steps.empty()) return nullptr;
    return steps.size() == 1 ? steps[0] : json{{"type", "Sequence"}, {"normalizers", steps}};
}

const json k_byte_level = {
    {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};

json pre_tokenizer_json(const TokenizerRecipe& r) {
    switch (r.kind) {
    case TokenizerKind::bpe:
        if (!r.split_digits) return k_byte_level;
        return {{"type", "Sequence"},
                {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, k_byte_level}}};
    case TokenizerKind::wordpiece: return {{"type", "BertPreTokenizer"}};
    case TokenizerKind::unigram: // lines, then words; each with the space before it
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

json decoder_json(const TokenizerRecipe& r) {
    switch (r.kind) {
    case TokenizerKind::bpe: return k_byte_level;
    case TokenizerKind::wordpiece: return {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}};
    case TokenizerKind::unigram: return pre_tokenizer_json(r).at("pretokenizers").at(1);
    case TokenizerKind::characters: break;
    }
    return {{"type", "Sequence"}, {"decoders", {{{"type", "ByteFallback"}}, {{"type", "Fuse"}}}}};
}

/// bos in front of a text, or cls and sep around it; null if the recipe has neither.
json post_processor_json(const TokenizerRecipe& r, const std::vector<std::string>& special) {
    const bool is_bert = r.special_tokens.contains("cls");
    if (!is_bert && !r.special_tokens.contains("bos")) return nullptr;
    json used = json::object();
    const auto token = [&](const char* role, int type) {
        const std::string& name = r.special_tokens.at(role);
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
std::vector<std::string> special_names(const TokenizerRecipe& r) {
    std::vector<std::string> names;
    for (const char* role : {"unk", "pad", "bos", "eos", "cls", "sep", "mask"}) {
        const auto it = r.special_tokens.find(role);
        if (it != r.special_tokens.end() && std::find(names.begin(), names.end(), it->second) == names.end())
            names.push_back(it->second);
    }
    return names;
}

/// A mask stands for a word with the space before it where words have one (as RoBERTa's does).
json added_tokens_json(const TokenizerRecipe& r, const std::vector<std::string>& special) {
    const bool spaced = r.kind == TokenizerKind::bpe || r.kind == TokenizerKind::unigram;
    const auto mask = spaced ? r.special_tokens.find("mask") : r.special_tokens.end();
    json added = json::array();
    for (std::size_t id = 0; id < special.size(); ++id)
        added.push_back({{"id", id},
                         {"content", special[id]},
                         {"single_word", false},
                         {"lstrip", mask != r.special_tokens.end() && special[id] == mask->second},
                         {"rstrip", false},
                         {"normalized", false},
                         {"special", true}});
    return added;
}

std::vector<TrainedWord> count_words(const TextSplitter& splitter, std::string_view text) {
    std::vector<TrainedWord> words;
    TokenIds places;
    splitter.split(
        text, [](int) {},
        [&](std::string_view piece) {
            if (const auto place = places.find(piece)) {
                ++words[static_cast<std::size_t>(*place)].count;
                return;
            }
            places.add(std::string(piece), static_cast<int>(words.size()));
            words.push_back({std::string(piece), 1, {}});
        });
    return words;
}

/// The most bytes up to `size` that cut no character.
std::size_t whole_characters(std::string_view text, std::size_t size) {
    if (size >= text.size()) return text.size();
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    return size;
}

void check_text(std::string_view text, const std::string& where) {
    constexpr std::size_t k_longest = 1u << 30;
    if (text.empty()) throw Error({where, "a text to train a tokenizer on", "nothing", ""});
    if (text.size() > k_longest)
        throw Error({where, "at most 1 GB to train a tokenizer on", fmt::format("{} bytes", text.size()),
                     "pass a part of it"});
    if (const std::size_t valid = valid_utf8_size(text); valid < text.size())
        throw Error({fmt::format("{}: byte {}", where, valid), "UTF-8",
                     byte_name(static_cast<unsigned char>(text[valid])), "convert the text to UTF-8"});
}

/// A tokenizer.json does not say which tokens are BOS and EOS: they are known by name.
void check_ends(const TokenizerRecipe& r, const Tokenizer& tokenizer, const std::string& where) {
    const auto it = r.special_tokens.find("eos");
    if (it != r.special_tokens.end() && tokenizer.eos_id() != tokenizer.find_token(it->second))
        throw Error({where + ": 'special_tokens' 'eos'",
                     "</s>, <eos>, [EOS], <|end_of_text|> or <|endoftext|>", it->second,
                     "other names are not recognised when the file is read again"});
}

} // namespace

TrainedTokenizer train_tokenizer(const TokenizerRecipe& recipe, std::string_view text,
                                 const std::string& where) {
    validate(recipe, "tokenizer");
    if (recipe.text_size > 0)
        text = text.substr(0, whole_characters(text, static_cast<std::size_t>(recipe.text_size)));
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

    Training t{recipe, special, count_words(TextSplitter(file, where), text), -1, {}, {}, {}};
    if (const auto unknown = recipe.special_tokens.find("unk"); unknown != recipe.special_tokens.end())
        t.unknown_id =
            static_cast<int>(std::find(special.begin(), special.end(), unknown->second) - special.begin());
    switch (recipe.kind) {
    case TokenizerKind::bpe: train_bpe(t); break;
    case TokenizerKind::wordpiece: train_wordpiece(t); break;
    case TokenizerKind::unigram: train_unigram(t); break;
    case TokenizerKind::characters: train_characters(t); break;
    }
    file["model"] = std::move(t.model);
    TrainedTokenizer trained{nullptr, file.dump(1), std::move(t.merges), std::move(t.prunings),
                             std::move(t.words)};
    trained.tokenizer = parse_tokenizer_json(trained.json, "tokenizer");
    check_ends(recipe, *trained.tokenizer, "tokenizer");
    return trained;
}

json history_json(const TrainedTokenizer& trained) {
    const auto piece = [&](int id) { return trained.tokenizer->token_name(id); };
    json merges = json::array(), prunings = json::array();
    for (const MergeStep& m : trained.merges)
        merges.push_back({{"left", piece(m.left)},
                          {"right", piece(m.right)},
                          {"merged", piece(m.merged)},
                          {"id", m.merged},
                          {"count", m.count},
                          {"score", m.score}});
    for (const PruneStep& p : trained.prunings) {
        json removed = json::array();
        for (const auto& r : p.removed) removed.push_back({{"piece", r.piece}, {"loss", r.loss}});
        prunings.push_back(
            {{"log_likelihoods", p.log_likelihoods}, {"n_pieces", p.n_pieces}, {"removed", removed}});
    }
    return {{"merges", merges}, {"prunings", prunings}};
}

int Training::min_frequency() const {
    if (recipe.min_frequency > 0) return recipe.min_frequency;
    return recipe.kind == TokenizerKind::characters ? 1 : 2;
}

std::vector<std::string> Training::alphabet(std::int64_t min_count, std::size_t most) const {
    std::map<std::string, std::int64_t> counts; // UTF-8 sorts as the code points do
    for (const TrainedWord& w : words)
        for (std::size_t at = 0, size = 0; at < w.piece.size(); at += size) {
            size = code_point_at(w.piece, at).size;
            counts[w.piece.substr(at, size)] += w.count;
        }
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::erase_if(sorted, [&](const auto& c) { return c.second < min_count; });
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (sorted.size() > most) sorted.resize(most);
    std::vector<std::string> chars;
    for (const auto& [c, count] : sorted) chars.push_back(c);
    std::sort(chars.begin(), chars.end());
    return chars;
}

std::size_t Training::room(std::size_t least, const std::string& what) const {
    if (recipe.vocab_size == 0) return std::numeric_limits<std::size_t>::max();
    const auto size = static_cast<std::size_t>(recipe.vocab_size);
    if (size < vocab.size() + least)
        throw Error(
            {"tokenizer: 'vocab_size'",
             fmt::format("at least {}: {} special tokens and {}", vocab.size() + least, vocab.size(), what),
             std::to_string(size), ""});
    return size - vocab.size();
}

json Training::vocab_json() const {
    json out = json::object();
    for (std::size_t id = 0; id < vocab.size(); ++id) out[vocab[id]] = id;
    return out;
}

} // namespace gf
