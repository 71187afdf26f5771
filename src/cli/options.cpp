#include "cli/options.h"

#include "io/setup_file.h"
#include "models/shipped.h"
#include "platform/error.h"

#include <fmt/core.h>

#include <charconv>

namespace gf {

void add_ignored_keys(CLI::App& app, std::vector<std::string>& keys) {
    app.add_option("--ignore-config-key", keys,
                   "opens the model as if its config.json did not have this key; may be given several times")
        ->type_name("NAME")
        ->allow_extra_args(false);
}

void ModelOptions::add_to(CLI::App& app, bool required) {
    auto* option =
        app.add_option("-m,--model", model,
                       "a folder in Hugging Face layout, a llama2.c .bin, or the name of a model that ships")
            ->type_name("PATH");
    if (required) option->required();
    app.add_option("-t,--tokenizer", tokenizer,
                   "tokenizer.json, tokenizer.model, vocab.json, vocab.txt or llama2.c's tok.bin; default: "
                   "the one in the model's folder")
        ->type_name("PATH");
    add_ignored_keys(app, ignored_keys);
}

std::string ModelOptions::path() const { return find_model(model, shipped_models_folder()); }

std::shared_ptr<const Model> ModelOptions::open() const {
    auto opened = open_model(path(), tokenizer, ignored_keys);
    for (const std::string& w : opened->warnings) fmt::print(stderr, "warning: {}\n", w);
    return opened;
}

void PromptOptions::add_to(CLI::App& app) {
    auto* text =
        app.add_option("-p,--prompt", prompt, "the text to start from; default: the model's BOS token alone");
    app.add_option("--tokens", tokens, "the token ids to start from: 1,2,3")->excludes(text);
}

std::vector<int> PromptOptions::encode(const Model& model, int n_new) const {
    if (n_new < 0) throw Error({"-n", "0 or more tokens", std::to_string(n_new), ""});
    if (n_new > 0 && !model.config().continues_text())
        throw Error({"-n",
                     fmt::format("0: this model {}, it has no next token to draw",
                                 non_generative_purpose(model.config())),
                     std::to_string(n_new), "use `glassformer trace`"});
    std::vector<int> ids = tokens ? parse_token_ids(model, *tokens) : encode_prompt(model, prompt);
    if (ids.empty())
        throw Error({"--tokens", "at least one token id", "'" + *tokens + "'", "write them as 1,2,3"});
    // 64 bits, because n_new may be as large as an int can be.
    const long long n = static_cast<long long>(ids.size()), most = model.config().n_ctx;
    if (n > most)
        throw Error({"prompt", fmt::format("at most {} tokens (the model's context)", most),
                     std::to_string(n), "shorten the prompt"});
    if (n + n_new > most)
        throw Error({"-n",
                     fmt::format("at most {} new tokens after a prompt of {} (the model's context is {})",
                                 most - n, n, most),
                     std::to_string(n_new), "ask for fewer, or shorten the prompt"});
    return ids;
}

void SourceOptions::add_to(CLI::App& app) {
    auto* as_text = app.add_option("--source", text, "encoder-decoders: the text that the encoder reads");
    app.add_option("--source-tokens", tokens, "the same as token ids: 1,2,3")->excludes(as_text);
}

std::optional<std::vector<int>> SourceOptions::encode(const Model& model) const {
    const bool given = text || tokens;
    if (given != model.config().has_encoder())
        throw Error(
            {"--source", given ? "none: this model has no encoder" : "a text for this model's encoder",
             given ? "one" : "none", given ? "" : "give it with --source TEXT or --source-tokens 1,2,3"});
    if (!given) return std::nullopt;
    std::vector<int> ids = tokens ? parse_token_ids(model, *tokens) : encode_source(model, *text);
    const int n = static_cast<int>(ids.size()), most = model.config().n_ctx;
    if (n < 1 || n > most)
        throw Error(
            {"--source", fmt::format("1 to {} tokens (the model's context)", most), std::to_string(n), ""});
    return ids;
}

void SetupOptions::add_to(CLI::App& app) {
    app.add_option("--setup", file, "JSON file with masks, positions and experts to run the model under")
        ->type_name("PATH");
}

RunSetup SetupOptions::load(const Model& model) const {
    return file.empty() ? RunSetup() : load_setup(file, model.config());
}

void SamplingOptions::add_to(CLI::App& app) {
    app.add_option("--temperature", temperature, "divides the logits; 0 is greedy")->capture_default_str();
    app.add_option("--top-k", top_k, "only the k likeliest tokens; 0: all")->capture_default_str();
    app.add_option("--top-p", top_p, "only the likeliest tokens that make up this probability")
        ->capture_default_str();
    app.add_option("--min-p", min_p, "only tokens with this share of the largest probability")
        ->capture_default_str();
    app.add_option("--repetition-penalty", repetition_penalty, "weakens tokens already in the text; 1: off")
        ->capture_default_str();
    app.add_flag("--greedy", greedy, "always the likeliest token");
    // CLI11's own conversion would accept -1 (as 2^64 - 1) and 2^64.
    app.add_option("--seed", seed, "of the draws")->capture_default_str()->check([](const std::string& word) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        const bool fits = error == std::errc() && end == word.data() + word.size();
        return fits ? std::string()
                    : fmt::format("expected a whole number from 0 to 2^64 - 1; found {:.60}", word);
    });
}

SamplingChain SamplingOptions::chain() const {
    const bool draws = temperature != 0 && !greedy;
    SamplingChain chain{{StageKind::repetition_penalty, repetition_penalty, repetition_penalty != 1},
                        {StageKind::temperature, draws ? temperature : 1, draws},
                        {StageKind::top_k, top_k == 0 ? 1.0 : top_k, top_k != 0},
                        {StageKind::top_p, top_p, top_p != 1},
                        {StageKind::min_p, min_p, min_p != 0},
                        {StageKind::greedy, 0, !draws}};
    validate(chain);
    return chain;
}

} // namespace gf
