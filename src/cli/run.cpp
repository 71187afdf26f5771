// glassformer run: prints a prompt and its continuation, and nothing else.

#include "cli/command_line.h"
#include "cli/edits.h"
#include "cli/options.h"
#include "core/passes/forward.h"
#include "io/fields.h"
#include "session/generate.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <span>

namespace gf {
namespace {

struct RunOptions {
    ModelOptions model;
    PromptOptions prompt;
    SourceOptions source;
    SetupOptions setup;
    SamplingOptions sampling;
    EditOptions edits;
    int n = 64;
    std::string until;
    bool json = false;
};

/// The text that a token adds after those `before`. Without a tokenizer this is its id, which is kept in
/// `buffer`.
std::string_view added_text(const Model& model, std::span<const int> before, int token, std::string& buffer) {
    if (model.tokenizer && token < model.tokenizer->size()) return model.tokenizer->next_bytes(before, token);
    buffer = (before.empty() ? "" : ",") + std::to_string(token);
    return buffer;
}

/// The encoder's run of the source.
std::shared_ptr<const Trace> encoder_run(const Model& model, const std::vector<int>& source,
                                         std::vector<Edit> edits) {
    const TraceShape shape{static_cast<int>(source.size()), Keep::cache, Stack::encoder};
    auto run = std::make_shared<Trace>(model.weights, shape, RunSetup{.edits = std::move(edits)});
    extend(*run, source);
    return run;
}

int run(const RunOptions& options) {
    const auto model = options.model.open();
    const SamplingChain chain = options.sampling.chain();
    std::vector<int> tokens = options.prompt.encode(*model, options.n);
    const std::size_t n_prompt = tokens.size();
    const std::optional<std::vector<int>> source_tokens = options.source.encode(*model);
    StackEdits edits = options.edits.load(*model, source_tokens, static_cast<int>(tokens.size()) + options.n);
    std::shared_ptr<const Trace> source;
    if (source_tokens) source = encoder_run(*model, *source_tokens, std::move(edits.encoder));
    const RunSetup setup = options.setup.load(*model).with_edits(std::move(edits.decoder));
    std::optional<Expression> until;
    if (!options.until.empty()) until = Expression::condition(options.until, model->config());
    std::string buffer, text;
    std::vector<int> printed;
    const auto print_token = [&](int token) {
        const std::string_view added = added_text(*model, printed, token, buffer);
        text += added;
        if (!options.json) std::fwrite(added.data(), 1, added.size(), stdout);
        printed.push_back(token);
    };
    for (const int token : tokens) print_token(token);
    const GenerationOptions generation{options.n, chain, options.sampling.seed,
                                       source,    setup, until ? &*until : nullptr};
    generate(*model, tokens, generation, [&](int token) {
        print_token(token);
        if (!options.json) std::fflush(stdout);
        return true;
    });
    if (options.json) {
        nlohmann::json out{{"model", model->name},
                           {"n_prompt", n_prompt},
                           {"tokens", tokens},
                           {"text", text},
                           {"seed", options.sampling.seed}};
        if (!options.setup.file.empty()) out["setup"] = fields_to_json(setup, RunSetup());
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
    options->setup.add_to(*command);
    command->add_option("-n", options->n, "new tokens")->capture_default_str();
    command->add_option(
        "--until", options->until,
        "stop behind the first new token of which this holds, e.g. \"surprisal > 6\"; names as in "
        "`trace`'s file, see the command `watch`");
    options->sampling.add_to(*command);
    options->edits.add_to(*command);
    command->add_flag("--json", options->json, "token ids and text as JSON");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
