#include "text/vocab_files.h"

#include "io/foreign_file.h"
#include "platform/error.h"
#include "platform/mapped_file.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_settings.h"
#include "text/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Calls visit(line, number) for every line of a text file; the first is 1.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
    for (std::size_t at = 0, number = 1; at < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        visit(line, number);
        at = end + 1;
    }
}

[[noreturn]] void refuse_line(const fs::path& file, std::size_t number, const std::string& expected,
                              std::string_view found) {
    throw Error({fmt::format("{}: line {}", file.string(), number), expected,
                 fmt::format("'{}'", escape_invalid_utf8(found.substr(0, 80))),
                 "the file is damaged: get it again from where the model came from"});
}

/// The merges of merges.txt, whose lines are two tokens with a space between them, for "merges".
json read_merges_txt(const fs::path& file, const json& vocab) {
    json merges = json::array();
    const MappedFile contents(file);
    refuse_foreign_file(contents.bytes(), file.string(), "merges");
    for_each_line(contents.text(), [&](std::string_view line, std::size_t number) {
        if (line.empty() || line.starts_with("#version")) return;
        const std::size_t space = line.find(' ');
        if (space == line.npos || space == 0 || space + 1 == line.size() ||
            line.find(' ', space + 1) != line.npos)
            refuse_line(file, number, "two tokens with a space between them", line);
        const std::string left(line.substr(0, space)), right(line.substr(space + 1));
        for (const std::string& token : {left, right, left + right})
            if (!is_valid_utf8(token) || !vocab.contains(token))
                refuse_line(file, number, "tokens of vocab.json", token);
        merges.push_back({left, right});
    });
    return merges;
}

json step(const char* type, json settings = json::object()) {
    settings["type"] = type;
    return settings;
}

json byte_level_step(bool add_prefix_space, bool use_regex) {
    return step("ByteLevel",
                {{"add_prefix_space", add_prefix_space}, {"trim_offsets", true}, {"use_regex", use_regex}});
}

json split_step(const char* pattern, const char* behavior, bool invert) {
    return step("Split", {{"pattern", {{"Regex", pattern}}}, {"behavior", behavior}, {"invert", invert}});
}

json replace_step(const char* pattern, const char* content) {
    return step("Replace", {{"pattern", {{"Regex", pattern}}}, {"content", content}});
}

/// "cls" and "sep" around a text.
json processor(const char* type, const json& vocab, const std::string& cls, const std::string& sep) {
    if (!vocab.contains(cls) || !vocab.contains(sep)) return nullptr;
    return step(type, {{"cls", {cls, vocab[cls]}}, {"sep", {sep, vocab[sep]}}});
}

/// The parts of a tokenizer.json around the model and the added tokens.
json parts(json normalizer, json pre_tokenizer, json post_processor, json decoder) {
    return {{"version", "1.0"},
            {"normalizer", std::move(normalizer)},
            {"pre_tokenizer", std::move(pre_tokenizer)},
            {"post_processor", std::move(post_processor)},
            {"decoder", std::move(decoder)}};
}

/// "bos" in front of a text.
json bos_processor(const json& vocab, const std::string& bos) {
    if (!vocab.contains(bos)) return nullptr;
    const auto part = [](const char* what, const std::string& id) {
        return json{{what, {{"id", id}, {"type_id", 0}}}};
    };
    const json single = {part("SpecialToken", bos), part("Sequence", "A")};
    return step("TemplateProcessing",
                {{"single", single},
                 {"pair", single},
                 {"special_tokens", {{bos, {{"id", bos}, {"ids", {vocab[bos]}}, {"tokens", {bos}}}}}}});
}

json gpt2_parts(const TokenizerSettings& settings, const json& vocab) {
    const bool add_prefix_space = settings.flag("add_prefix_space", false);
    const bool add_bos = settings.flag("add_bos_token", settings.model_type() == "opt");
    const std::string bos =
        settings.special_token("bos_token", settings.model_type() == "opt" ? "</s>" : "<|endoftext|>");
    return parts(nullptr, byte_level_step(add_prefix_space, true),
                 add_bos ? bos_processor(vocab, bos) : json(), byte_level_step(add_prefix_space, true));
}

/// RoBERTa is GPT-2's tokenizer with <s> and </s> around the text.
json roberta_parts(const TokenizerSettings& settings, const json& vocab) {
    json file = gpt2_parts(settings, vocab);
    file["post_processor"] = processor("RobertaProcessing", vocab, settings.special_token("cls_token", "<s>"),
                                       settings.special_token("sep_token", "</s>"));
    return file;
}

json qwen2_parts() {
    constexpr const char* k_words =
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    return parts(
        step("NFC"),
        step("Sequence",
             {{"pretokenizers", {split_step(k_words, "Isolated", false), byte_level_step(false, false)}}}),
        nullptr, byte_level_step(false, false));
}

/// CLIP's words are in lower case and end with </w>.
json clip_parts(const TokenizerSettings& settings, const json& vocab) {
    constexpr const char* k_words =
        R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";
    const json normalizer =
        step("Sequence", {{"normalizers", {step("NFC"), replace_step(R"(\s+)", " "), step("Lowercase")}}});
    const json pre_tokenizer =
        step("Sequence",
             {{"pretokenizers", {split_step(k_words, "Removed", true), byte_level_step(false, true)}}});
    const json decoder = step(
        "Sequence", {{"decoders", {byte_level_step(false, true), step("BPEDecoder", {{"suffix", "</w>"}})}}});
    return parts(normalizer, pre_tokenizer,
                 processor("RobertaProcessing", vocab, settings.special_token("bos_token", "<|startoftext|>"),
                           settings.special_token("eos_token", "<|endoftext|>")),
                 decoder);
}

/// The class of tokenizers that use vocab.json; if nobody says it, it follows from the model.
std::string class_of_vocab_json(const TokenizerSettings& settings, const std::string& where) {
    static const std::vector<std::string> k_roberta = {"RobertaTokenizer", "BartTokenizer",
                                                       "LongformerTokenizer", "LEDTokenizer"};
    std::vector<std::string> known = {"GPT2Tokenizer", "CodeGenTokenizer", "Qwen2Tokenizer", "CLIPTokenizer"};
    known.insert(known.end(), k_roberta.begin(), k_roberta.end());
    settings.require_class(known, where);
    const std::string& name = settings.tokenizer_class();
    const std::string& model = settings.model_type();
    const auto is_roberta = [&](const std::string& other) { return name == other; };
    if (std::any_of(k_roberta.begin(), k_roberta.end(), is_roberta)) return "roberta";
    if (name == "Qwen2Tokenizer") return "qwen2";
    if (name == "CLIPTokenizer") return "clip";
    if (!name.empty()) return "gpt2";
    if (model == "roberta" || model == "bart" || model == "longformer" || model == "led") return "roberta";
    return model.starts_with("qwen2") || model == "qwen3" ? "qwen2"
           : model.starts_with("clip")                    ? "clip"
                                                          : "gpt2";
}

/// "vocab" of a WordPiece model from vocab.txt: the number of a line, from 0 on, is the token's id.
json read_vocab_txt(const fs::path& file) {
    json vocab = json::object();
    const MappedFile contents(file);
    for_each_line(contents.text(), [&](std::string_view line, std::size_t number) {
        if (!is_valid_utf8(line)) refuse_line(file, number, "a token in UTF-8", line);
        if (!line.empty()) vocab[std::string(line)] = number - 1; // of two lines with a token the last counts
    });
    return vocab;
}

std::function<std::optional<int>(const std::string&)> ids_of(const json& vocab) {
    return [&vocab](const std::string& token) {
        const auto it = vocab.find(token);
        return it == vocab.end() ? std::nullopt : std::optional(it->get<int>());
    };
}

} // namespace

std::shared_ptr<const Tokenizer> load_vocab_and_merges(const fs::path& vocab_json) {
    const std::string where = vocab_json.string();
    const TokenizerSettings settings(vocab_json.parent_path());
    const json vocab = parse_json(MappedFile(vocab_json).text(), where);
    if (!vocab.is_object()) throw Error({where, "an object {\"token\": id, ...}", json_summary(vocab), ""});
    for (const auto& [name, id] : vocab.items())
        json_int(vocab, name, where, 0, std::numeric_limits<int>::max());
    json model = {{"type", "BPE"}, {"vocab", vocab}};
    model["merges"] = read_merges_txt(vocab_json.parent_path() / "merges.txt", vocab);

    const std::string kind = class_of_vocab_json(settings, where);
    std::vector<std::string> special = {"<|endoftext|>"};
    if (kind == "roberta") special = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
    if (kind == "qwen2") special = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
    if (kind == "clip") {
        special = {"<|startoftext|>", "<|endoftext|>"};
        model["end_of_word_suffix"] = "</w>";
        model["unk_token"] = settings.special_token("unk_token", "<|endoftext|>");
    }
    const bool has_word_ends = vocab.contains("e</w>") || vocab.contains("the</w>");
    if (has_word_ends && kind != "clip")
        throw Error(
            {where, "a vocabulary of bytes, as GPT-2's", "words that end with </w>",
             "if it is CLIP's, say so in tokenizer_config.json: {\"tokenizer_class\": \"CLIPTokenizer\"}"});
    json file = kind == "roberta" ? roberta_parts(settings, vocab)
                : kind == "qwen2" ? qwen2_parts()
                : kind == "clip"  ? clip_parts(settings, vocab)
                                  : gpt2_parts(settings, vocab);
    file["model"] = std::move(model);
    file["added_tokens"] = settings.added_tokens(special, ids_of(vocab));
    for (json& token : file["added_tokens"]) // the mask stands for a word with the space before it
        if (token["content"] == "<mask>" && kind == "roberta") token["lstrip"] = true;
    return make_tokenizer(file, where);
}

std::shared_ptr<const Tokenizer> load_vocab_txt(const fs::path& vocab_txt) {
    const std::string where = vocab_txt.string();
    const TokenizerSettings settings(vocab_txt.parent_path());
    settings.require_class({"BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer",
                            "ConvBertTokenizer", "SqueezeBertTokenizer", "LxmertTokenizer",
                            "RetriBertTokenizer"},
                           where);
    const json vocab = read_vocab_txt(vocab_txt);
    const std::string unknown = settings.special_token("unk_token", "[UNK]");
    if (!vocab.contains(unknown))
        throw Error(
            {where, fmt::format("a line '{}', the unknown token of BERT", unknown), "none",
             "name it in tokenizer_config.json: {\"unk_token\": ...}; other kinds of vocab.txt need a "
             "tokenizer.json"});
    const json normalizer =
        step("BertNormalizer", {{"clean_text", true},
                                {"handle_chinese_chars", settings.flag("tokenize_chinese_chars", true)},
                                {"lowercase", settings.flag("do_lower_case", true)}});
    json file = parts(normalizer, step("BertPreTokenizer"),
                      processor("BertProcessing", vocab, settings.special_token("cls_token", "[CLS]"),
                                settings.special_token("sep_token", "[SEP]")),
                      step("WordPiece", {{"prefix", "##"}, {"cleanup", true}}));
    if (const auto strips = settings.flag("strip_accents")) file["normalizer"]["strip_accents"] = *strips;
    file["model"] = {{"type", "WordPiece"},
                     {"unk_token", unknown},
                     {"continuing_subword_prefix", "##"},
                     {"max_input_chars_per_word", 100},
                     {"vocab", vocab}};
    file["added_tokens"] =
        settings.added_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}, ids_of(vocab));
    return make_tokenizer(file, where);
}

} // namespace gf
