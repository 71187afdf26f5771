// glassformer tokenizer: trains a tokenizer on text files.

#include "cli/options.h"
#include "core/error.h"
#include "io/mapped_file.h"
#include "io/write_file.h"
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

/// The options as a recipe's JSON, so that a recipe has one reader. --special bos=<s>; bos= leaves the role
/// out.
TokenizerRecipe recipe_of(const TokenizerOptions& o) {
    nlohmann::json special = nlohmann::json::object();
    for (const std::string& s : o.special) {
        const std::size_t at = s.find('=');
        if (at == s.npos) throw Error({"--special", "ROLE=NAME, such as bos=<s>", "'" + s + "'", ""});
        special[s.substr(0, at)] = at + 1 < s.size() ? nlohmann::json(s.substr(at + 1)) : nlohmann::json();
    }
    return parse_tokenizer_recipe({{"kind", o.kind},
                                   {"vocab_size", o.vocab_size},
                                   {"min_frequency", o.min_frequency},
                                   {"lowercase", o.lowercase},
                                   {"normalization", o.normalization},
                                   {"byte_fallback", o.byte_fallback},
                                   {"split_digits", o.split_digits},
                                   {"special_tokens", special}},
                                  "tokenizer");
}

/// The files' texts, one after the other. Each must be UTF-8 by itself, so that an error can name it and the
/// byte in it.
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

int run(const TokenizerOptions& o) {
    const TokenizerRecipe recipe = recipe_of(o);
    const TrainedTokenizer trained = train_tokenizer(recipe, read_texts(o.files), o.files.front());
    write_file(o.out, trained.json);
    if (!o.history.empty()) write_file(o.history, history_json(trained).dump(1));
    std::int64_t n = 0;
    for (const TrainedWord& w : trained.words) n += w.count * static_cast<std::int64_t>(w.ids.size());
    fmt::print("{}: {} tokens; the text is {} of them\n", o.out, trained.tokenizer->size(), n);
    return 0;
}

} // namespace

void add_tokenizer(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("tokenizer", "train a tokenizer on text files");
    auto o = std::make_shared<TokenizerOptions>();
    command->add_option("--kind", o->kind, "bpe, wordpiece, unigram or characters")->capture_default_str();
    command->add_option("--vocab-size", o->vocab_size,
                        "most tokens, special ones included; characters: may be left out");
    command->add_option("--text", o->files, "UTF-8 files to train on")->required()->type_name("FILE...");
    command->add_option("-o,--out", o->out, "the tokenizer.json to write")->required()->type_name("PATH");
    command->add_option("--history", o->history, "JSON file for every merge or pruning")->type_name("PATH");
    command->add_option("--special", o->special, "special tokens: bos=<s> eos=</s> unk= pad= mask= cls= sep=")
        ->type_name("ROLE=NAME...");
    command->add_option("--min-frequency", o->min_frequency,
                        "of a pair, a seed piece or a character; 0: the kind's default");
    command->add_option("--normalization", o->normalization, "nfc, nfd, nfkc or nfkd");
    command->add_flag("--lowercase", o->lowercase, "lower case; wordpiece: without accents, too");
    command->add_flag("--split-digits", o->split_digits, "bpe: every digit is a token of its own");
    command->add_flag("--byte-fallback", o->byte_fallback,
                      "characters: tokens for the bytes of unknown characters");
    command->callback([o, &exit_code] { exit_code = run(*o); });
}

} // namespace gf
