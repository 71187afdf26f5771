#include "cli/supported_doc.h"

#include "io/architectures.h"
#include "io/foreign_file.h"
#include "io/known_keys.h"
#include "platform/error.h"
#include "text/tokenizer_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

namespace gf {
namespace {

constexpr const char* k_introduction =
    "# Models you can open\n"
    "\n"
    "Written by `glassformer info --supported > docs/models-you-can-open.md` from the tables by which files "
    "are "
    "read.\n"
    "\n"
    "`glassformer MODEL`, and `--model MODEL` of every command, take\n"
    "\n"
    "- a folder with `config.json` and `model.safetensors`, or its shards with "
    "`model.safetensors.index.json` "
    "(F32, F16 or BF16); the tokenizer beside them is read, too (tokenizer.json, tokenizer.model, vocab.json "
    "with merges.txt, or vocab.txt);\n"
    "- a `.safetensors` file beside its `config.json`;\n"
    "- a model in Hugging Face's cache, `models--OWNER--NAME`, of which the newest snapshot is opened;\n"
    "- a `.bin` of llama2.c;\n"
    "- the name of a [model that ships](models.md).\n"
    "\n"
    "Names of tensors may lack the prefix of their family (`model.`, `transformer.`, `gpt_neox.`, `bert.`, "
    "...) and may have what training leaves "
    "in them: `module.`, `_orig_mod.`, `_fsdp_wrapped_module.`. Of tied embeddings either copy is enough. "
    "What "
    "was left out or guessed is said once, by `info`, `run` and the window.\n";

void write_families(std::string& out) {
    out += "\n## Families\n\n| `model_type` | class | |\n|---|---|---|\n";
    for (const Architecture& a : architectures())
        fmt::format_to(std::back_inserter(out), "| {} | {} | {} |\n", a.model_type, a.class_name, a.about);
    out +=
        "\nA config that names neither is known by its keys. Any other `model_type` or class is refused by "
        "name.\n\n";
    fmt::format_to(std::back_inserter(out),
                   "Activation functions: {}.\n\nScalings of RoPE (`rope_scaling`, "
                   "`rope_parameters`):",
                   activation_words());
    for (int k = 1; k <= static_cast<int>(RopeScalingKind::longrope); ++k)
        fmt::format_to(std::back_inserter(out), "{} {}", k > 1 ? "," : "",
                       name(static_cast<RopeScalingKind>(k)));
    out += ".\n";
}

void write_keys(std::string& out) {
    const auto to = std::back_inserter(out);
    out += "\n## Keys of config.json\n\nBeside the keys that a family reads, these are known. Harmless, "
           "whatever "
           "they say:\n\n";
    for (int u = 0; u < static_cast<int>(KeyUse::variant); ++u) {
        std::vector<std::string> keys;
        for (const KnownKey& k : known_keys())
            if (k.use == static_cast<KeyUse>(u)) keys.push_back(fmt::format("`{}`", k.key));
        fmt::format_to(to, "- {}: {}\n", name(static_cast<KeyUse>(u)), fmt::join(keys, ", "));
    }
    out += "- training, too: every key with `dropout` in its name\n\nRefused by name, unless the family "
           "reads them "
           "or they have the value that changes nothing:\n\n| key | changes nothing | |\n|---|---|---|\n";
    for (const KnownKey& k : known_keys())
        if (k.use == KeyUse::variant)
            fmt::format_to(to, "| `{}` | `{}` | {} |\n", k.key, k.neutral, k.reason);
    fmt::format_to(
        to,
        "\nA key that is not known is left out with a notice, unless its name has one of these words "
        "in it and its value is none of null, false, 0, 1, \"\", [] and {{}}: then it is refused by "
        "name. Words: {}.\n\n`--ignore-config-key NAME` opens a model as if its config.json did not "
        "have the key (`rope_scaling.type` names one inside an object). Token ids outside the "
        "vocabulary mean that the model has no such token.\n",
        fmt::join(suspicious_words(), ", "));
}

/// The types that a part of tokenizer.json may have, as a refusal of another one lists them.
std::string types_of(const std::string& part) {
    nlohmann::json file = {
        {"version", "1.0"},
        {"model", {{"type", "BPE"}, {"vocab", {{"a", 0}}}, {"merges", nlohmann::json::array()}}}};
    file[part] = {{"type", "?"}};
    try {
        parse_tokenizer_json(file.dump(), part);
    } catch (const Error& e) {
        return e.problem().expected;
    }
    return "any";
}

void write_tokenizers(std::string& out) {
    out += "\n## Tokenizers\n\n`tokenizer.json`, and llama2.c's `tok.bin`. Types of its parts:\n\n| part | "
           "types |\n|---|---|\n";
    for (const char* part : {"model", "normalizer", "pre_tokenizer", "decoder", "post_processor"})
        fmt::format_to(std::back_inserter(out), "| `{}` | {} |\n", part, types_of(part));
}

void write_refusals(std::string& out) {
    out += "\n## What is not read\n\nRecognised by the first bytes or by the name, and refused with what to "
           "do:\n\n| what | what to do |\n|---|---|\n";
    for (const ForeignFile& f : foreign_file_kinds())
        fmt::format_to(std::back_inserter(out), "| {} | {} |\n", f.what, f.remedy);
}

} // namespace

std::string supported_markdown() {
    std::string out = k_introduction;
    write_families(out);
    write_keys(out);
    write_tokenizers(out);
    write_refusals(out);
    return out;
}

} // namespace gf
