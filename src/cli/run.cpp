// glassformer run: a prompt and its continuation, nothing else.

#include "cli/options.h"
#include "session/generate.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace gf {
namespace {

struct RunOptions {
    ModelOptions model;
    PromptOptions prompt;
    SourceOptions source;
    SamplingOptions sampling;
    int n = 64;
    bool json = false;
};

/// The text that a token adds, for printing as it comes.
std::string_view text_of(const Model& model, int previous, int token, std::string& buffer) {
    if (model.tokenizer && token < model.tokenizer->size())
        return model.tokenizer->next_bytes(previous < 0 ? std::nullopt : std::optional(previous), token);
    buffer = (previous < 0 ? "" : ",") + std::to_string(token);
    return buffer;
}

int run(const RunOptions& o) {
    const auto model = o.model.open();
    const SamplingChain chain = o.sampling.chain();
    std::vector<int> tokens = o.prompt.encode(*model, o.n);
    const std::size_t n_prompt = tokens.size();
    const std::shared_ptr<const Trace> source = o.source.read(*model, Keep::cache);
    std::string buffer, text;
    int previous = -1;
    auto say = [&](int token) {
        const std::string_view added = text_of(*model, previous, token, buffer);
        text += added;
        if (!o.json) std::fwrite(added.data(), 1, added.size(), stdout);
        previous = token;
    };
    for (const int token : tokens) say(token);
    generate(*model, tokens, {o.n, chain, o.sampling.seed, source}, [&](int token) {
        say(token);
        if (!o.json) std::fflush(stdout);
        return true;
    });
    if (o.json) {
        nlohmann::json out{{"model", model->name},
                           {"n_prompt", n_prompt},
                           {"tokens", tokens},
                           {"text", text},
                           {"seed", o.sampling.seed}};
        if (source) out["source"] = std::span(source->tokens(), static_cast<std::size_t>(source->n_tokens()));
        fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        fmt::print("\n");
    }
    return 0;
}

} // namespace

void add_run(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("run", "print a prompt and its continuation");
    auto options = std::make_shared<RunOptions>();
    options->model.add_to(*command);
    options->prompt.add_to(*command);
    options->source.add_to(*command);
    command->add_option("-n", options->n, "new tokens")->capture_default_str();
    options->sampling.add_to(*command);
    command->add_flag("--json", options->json, "token ids and text as JSON");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
