// glassformer tokenizer: trains a tokenizer on text files, or shows the tokens of texts.

#include "cli/command_line.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"
#include "text/load_tokenizer.h"
#include "text/train/train_tokenizer.h"
#include "text/utf8.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace gf {
namespace {

struct TokenizerOptions {
    std::string kind = "bpe", normalization, out, history;
    std::vector<std::string> texts, special; // texts: names of files, or with `encode` the texts themselves
    int vocab_size = 0, min_frequency = 0;
    bool lowercase = false, byte_fallback = false, split_digits = false;
    std::string encode; // the tokenizer whose tokens are shown
    bool json = false, no_special = false;
};

/// The recipe that the options describe. They are turned into JSON first, so that recipes have one reader
/// only. An option "--special bos=<s>" gives a role its token, "--special bos=" leaves the role out.
TokenizerRecipe make_recipe(const TokenizerOptions& options) {
    nlohmann::json special = nlohmann::json::object();
    for (const std::string& s : options.special) {
        const std::size_t equals = s.find('=');
        if (equals == s.npos) throw Error({"--special", "ROLE=NAME, such as bos=<s>", "'" + s + "'", ""});
        const std::string token = s.substr(equals + 1);
        special[s.substr(0, equals)] = token.empty() ? nlohmann::json() : nlohmann::json(token);
    }
    return parse_tokenizer_recipe({{"kind", options.kind},
                                   {"vocab_size", options.vocab_size},
                                   {"min_frequency", options.min_frequency},
                                   {"lowercase", options.lowercase},
                                   {"normalization", options.normalization},
                                   {"byte_fallback", options.byte_fallback},
                                   {"split_digits", options.split_digits},
                                   {"special_tokens", special}},
                                  "tokenizer");
}

/// The texts of the files, one after the other.
/// @throws Error naming the file and the byte when one is not UTF-8
std::string read_texts(const std::vector<std::string>& files) {
    std::string text;
    for (const std::string& file : files) {
        const MappedFile contents(file);
        const std::string_view bytes = contents.text();
        if (const std::size_t valid = valid_utf8_size(bytes); valid < bytes.size())
            throw Error({fmt::format("{}: byte {}", file, valid), "UTF-8",
                         byte_name(static_cast<unsigned char>(bytes[valid])), "convert the text to UTF-8"});
        text += bytes;
    }
    return text;
}

int train(const TokenizerOptions& options) {
    if (options.out.empty())
        throw Error(
            {"tokenizer", "-o PATH for the tokenizer.json to write, or --encode FILE", "neither", ""});
    const TokenizerRecipe recipe = make_recipe(options);
    const TrainedTokenizer trained =
        train_tokenizer(recipe, read_texts(options.texts), options.texts.front());
    write_file(options.out, trained.tokenizer_json);
    if (!options.history.empty()) write_file(options.history, history_json(trained).dump(1));
    std::int64_t n_text_tokens = 0;
    for (const CountedWord& w : trained.words)
        n_text_tokens += w.count * static_cast<std::int64_t>(w.ids.size());
    fmt::print("{}: {} tokens; the text is {} of them\n", options.out, trained.tokenizer->size(),
               n_text_tokens);
    return 0;
}

/// The tokens of one text: ids, pieces as the vocabulary writes them, and offsets in characters of the text.
nlohmann::json tokens_json(const Tokenizer& tokenizer, const std::string& text, bool with_special) {
    nlohmann::json ids = nlohmann::json::array(), pieces = ids, offsets = ids;
    std::vector<int> plain_ids;
    std::size_t at = 0, n_chars = 0; // n_chars: characters before byte `at`
    const auto chars_before = [&](std::size_t byte) {
        if (byte < at) at = n_chars = 0;
        n_chars += count_chars(std::string_view(text).substr(at, byte - at));
        at = byte;
        return n_chars;
    };
    for (const TokenSpan& t : tokenizer.encode_spans(text, with_special)) {
        plain_ids.push_back(t.id);
        ids.push_back(t.id);
        pieces.push_back(escape_invalid_utf8(tokenizer.token_name(t.id)));
        const std::size_t begin = chars_before(t.begin), end = chars_before(t.end);
        offsets.push_back({begin, end});
    }
    return {{"text", escape_invalid_utf8(text)},
            {"ids", ids},
            {"pieces", pieces},
            {"offsets", offsets},
            {"decoded", escape_invalid_utf8(tokenizer.decode(plain_ids))}};
}

int encode(const TokenizerOptions& options) {
    const auto tokenizer = load_tokenizer(options.encode);
    for (const std::string& notice : tokenizer->notices()) fmt::print(stderr, "warning: {}\n", notice);
    for (const std::string& text : options.texts) {
        const nlohmann::json tokens = tokens_json(*tokenizer, text, !options.no_special);
        if (options.json) {
            fmt::print("{}\n", tokens.dump());
            continue;
        }
        for (std::size_t i = 0; i < tokens["ids"].size(); ++i)
            fmt::print("{:>7}  {:<24} {}-{}\n", tokens["ids"][i].get<int>(),
                       tokens["pieces"][i].get<std::string>(), tokens["offsets"][i][0].get<int>(),
                       tokens["offsets"][i][1].get<int>());
    }
    return 0;
}

} // namespace

void add_tokenizer(CLI::App& app, int& exit_code) {
    auto* command =
        app.add_subcommand("tokenizer", "train a tokenizer on text files, or show the tokens of a text");
    auto options = std::make_shared<TokenizerOptions>();
    command->add_option("--kind", options->kind, "bpe, wordpiece, unigram or characters")
        ->capture_default_str();
    command->add_option("--vocab-size", options->vocab_size,
                        "most tokens, special ones included; characters: may be left out");
    command->add_option("--text", options->texts, "UTF-8 files to train on; with --encode: texts")
        ->required()
        ->expected(1, 1 << 20)
        ->allow_extra_args(false) // else "[MASK]" would be read as a list of one text, MASK
        ->type_name("TEXT...");
    command->add_option("-o,--out", options->out, "the tokenizer.json to write")->type_name("PATH");
    command
        ->add_option(
            "--encode", options->encode,
            "show the tokens of --text: a tokenizer.json, tokenizer.model, vocab.json, vocab.txt, tok.bin or "
            "a folder with one")
        ->type_name("FILE")
        ->excludes("--out");
    command->add_flag("--json", options->json,
                      "with --encode: ids, pieces and offsets (in characters) as JSON, a line for each text");
    command->add_flag("--no-special", options->no_special,
                      "with --encode: no BOS and the like around the text");
    command->add_option("--history", options->history, "JSON file for every merge or pruning")
        ->type_name("PATH");
    command
        ->add_option("--special", options->special,
                     "special tokens: bos=<s> eos=</s> unk= pad= mask= cls= sep=")
        ->type_name("ROLE=NAME...");
    command->add_option("--min-frequency", options->min_frequency,
                        "of a pair, a seed piece or a character; 0: the kind's default");
    command->add_option("--normalization", options->normalization, "nfc, nfd, nfkc or nfkd");
    command->add_flag("--lowercase", options->lowercase, "lower case; wordpiece: without accents, too");
    command->add_flag("--split-digits", options->split_digits, "bpe: every digit is a token of its own");
    command->add_flag("--byte-fallback", options->byte_fallback,
                      "characters: tokens for the bytes of unknown characters");
    command->callback(
        [options, &exit_code] { exit_code = options->encode.empty() ? train(*options) : encode(*options); });
}

} // namespace gf
