// glassformer tokenizer: trains a tokenizer on text files.

#include "cli/command_line.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "platform/write_file.h"
#include "text/train/train_tokenizer.h"
#include "text/utf8.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace gf {
namespace {

struct TokenizerOptions {
    std::string kind = "bpe", normalization, out, history;
    std::vector<std::string> files, special;
    int vocab_size = 0, min_frequency = 0;
    bool lowercase = false, byte_fallback = false, split_digits = false;
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

int run(const TokenizerOptions& options) {
    const TokenizerRecipe recipe = make_recipe(options);
    const TrainedTokenizer trained =
        train_tokenizer(recipe, read_texts(options.files), options.files.front());
    write_file(options.out, trained.tokenizer_json);
    if (!options.history.empty()) write_file(options.history, history_json(trained).dump(1));
    std::int64_t n_text_tokens = 0;
    for (const CountedWord& w : trained.words)
        n_text_tokens += w.count * static_cast<std::int64_t>(w.ids.size());
    fmt::print("{}: {} tokens; the text is {} of them\n", options.out, trained.tokenizer->size(),
               n_text_tokens);
    return 0;
}

} // namespace

void add_tokenizer(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("tokenizer", "train a tokenizer on text files");
    auto options = std::make_shared<TokenizerOptions>();
    command->add_option("--kind", options->kind, "bpe, wordpiece, unigram or characters")
        ->capture_default_str();
    command->add_option("--vocab-size", options->vocab_size,
                        "most tokens, special ones included; characters: may be left out");
    command->add_option("--text", options->files, "UTF-8 files to train on")
        ->required()
        ->type_name("FILE...");
    command->add_option("-o,--out", options->out, "the tokenizer.json to write")
        ->required()
        ->type_name("PATH");
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
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
