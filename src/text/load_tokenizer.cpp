#include "text/load_tokenizer.h"

#include "io/foreign_file.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "text/sentencepiece.h"
#include "text/tokenizer_settings.h"
#include "text/vocab_files.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace gf {

namespace fs = std::filesystem;

namespace {

/// Names that a folder's tokenizer may have, the best first. T5 and ALBERT call SentencePiece's file
/// spiece.model, XLM-R and its kin sentencepiece.bpe.model.
constexpr std::string_view k_names[] = {"tokenizer.json",          "tokenizer.model", "spiece.model",
                                        "sentencepiece.bpe.model", "vocab.json",      "vocab.txt"};

/// A tokenizer.model is SentencePiece's; Meta's for Llama 3 has the same name, but is a list for tiktoken.
/// What goes around a text is said by tokenizer_config.json, or else by the kind of model; a file by itself
/// adds nothing.
std::shared_ptr<const Tokenizer> load_sentencepiece(std::string_view bytes, const fs::path& file) {
    const std::size_t line_end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, line_end);
    const bool is_tiktoken =
        line.size() < 400 && line.find("= ") != line.npos &&
        std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (is_tiktoken)
        throw Error({file.string(), "a SentencePiece model", "a list of tokens for tiktoken",
                     "use the tokenizer.json of the same model"});
    if (file.filename() == "sentencepiece.bpe.model") // ids moved by what fairseq put before them
        throw Error({file.string(), "a file whose pieces have the model's ids",
                     "XLM-R's kind, which counts its tokens otherwise",
                     "use the tokenizer.json of the same model"});
    const TokenizerSettings settings(file.parent_path());
    static constexpr std::string_view k_with_bos[] = {"llama", "mistral", "mixtral",
                                                      "gemma", "gemma2",  "phi3"};
    const std::string& name = settings.tokenizer_class();
    const bool is_t5 = name == "T5Tokenizer" || settings.model_type().starts_with("t5");
    const bool is_llama = name == "LlamaTokenizer" || name == "GemmaTokenizer" ||
                          std::find(std::begin(k_with_bos), std::end(k_with_bos), settings.model_type()) !=
                              std::end(k_with_bos);
    return parse_sentencepiece(
        bytes, file.string(),
        {.bos = settings.flag("add_bos_token", is_llama), .eos = settings.flag("add_eos_token", is_t5)});
}

/// A folder without a tokenizer that can be read, or with half of one.
[[noreturn]] void refuse_folder(const fs::path& folder) {
    std::error_code ignored;
    const bool is_half = fs::exists(folder / "vocab.json", ignored);
    throw Error({folder.string(), "tokenizer.json, tokenizer.model, vocab.json with merges.txt, or vocab.txt",
                 is_half ? "vocab.json without merges.txt" : "none of them",
                 is_half ? "get merges.txt from where the model came from" : "name the tokenizer's file"});
}

/// Is this a vocab.json? Its values are all ids.
bool is_vocabulary(const nlohmann::json& file) {
    return file.is_object() && !file.empty() &&
           std::all_of(file.begin(), file.end(), [](const auto& value) { return value.is_number_integer(); });
}

} // namespace

bool is_tokenizer_name(std::string_view name) {
    return std::find(std::begin(k_names), std::end(k_names), name) != std::end(k_names);
}

fs::path tokenizer_in(const fs::path& folder) {
    std::error_code ignored;
    for (const std::string_view name : k_names) {
        const bool is_complete = name != "vocab.json" || fs::exists(folder / "merges.txt", ignored);
        if (is_complete && fs::exists(folder / name, ignored)) return folder / name;
    }
    return {};
}

std::shared_ptr<const Tokenizer> load_tokenizer(const fs::path& path, std::optional<int> expected_size) {
    constexpr std::size_t k_largest_file = 512u << 20;
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        const fs::path file = tokenizer_in(path);
        if (file.empty()) refuse_folder(path);
        return load_tokenizer(file, expected_size);
    }
    if (path.filename() == "merges.txt") return load_vocab_and_merges(path.parent_path() / "vocab.json");
    const MappedFile contents(path);
    const std::string_view bytes = contents.text();
    if (bytes.size() > k_largest_file)
        throw Error({path.string(), fmt::format("at most {} MB", k_largest_file >> 20),
                     fmt::format("{} bytes", bytes.size()),
                     "pass a tokenizer.json, tokenizer.model, vocab.json, vocab.txt or a llama2.c tok.bin"});

    refuse_foreign_file(std::as_bytes(std::span(bytes)), path.string(), "a tokenizer");
    const fs::path extension = path.extension();
    if (extension == ".txt") return load_vocab_txt(path);
    if (extension == ".model") return load_sentencepiece(bytes, path);
    const std::size_t first = std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size() - 1);
    if (extension != ".json" && (extension == ".bin" || bytes[first] != '{'))
        return parse_tok_bin(bytes, path.string(), expected_size);
    const nlohmann::json file = parse_json(bytes, path.string());
    return is_vocabulary(file) ? load_vocab_and_merges(path) : make_tokenizer(file, path.string());
}

} // namespace gf
