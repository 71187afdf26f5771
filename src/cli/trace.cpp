// glassformer trace: the activations of a prompt as a safetensors file.

#include "cli/options.h"
#include "core/backward.h"
#include "core/error.h"
#include "core/forward.h"
#include "io/edit_file.h"
#include "io/trace_file.h"
#include "train/losses.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace gf {
namespace {

struct TraceOptions {
    ModelOptions model;
    PromptOptions prompt;
    std::string out, edits;
    std::vector<std::string> sites{"*"};
    bool gradients = false;
};

/// A Trace for n tokens with the edits of a file, if there is one; what the model says against them names it.
std::unique_ptr<Trace> edited_trace(const Model& model, int n, const std::string& edits) {
    const TraceShape shape{n, {{0, n, 0, 0, n}}, Keep::all};
    if (edits.empty()) return std::make_unique<Trace>(model.weights, shape);
    std::vector<Edit> loaded = load_edits(edits, model.config());
    try {
        return std::make_unique<Trace>(model.weights, shape, std::move(loaded));
    } catch (const Error& e) {
        throw Error({edits + ": " + e.problem().where, e.problem().expected, e.problem().found, e.problem().remedy});
    }
}

/// Writes the activations with the gradients of the mean next-token cross-entropy.
void write_with_gradients(const std::string& path, Trace& trace, std::span<const int> tokens, std::span<const SiteRef> sites) {
    if (!trace.config().has_logits() || tokens.size() < 2)
        throw Error(
            {"--gradients", "a model that predicts tokens, and two tokens or more (the loss is that of the next token)",
             trace.config().has_logits() ? "one token" : "a model of head '" + std::string(name(trace.config().head)) + "'", ""});
    std::vector<int> targets(tokens.begin() + 1, tokens.end());
    targets.push_back(-1);
    Backward backward(trace);
    std::vector<real> params(trace.weights().size());
    const LossSum loss = token_loss(trace, targets, 1.0 / static_cast<double>(tokens.size() - 1), &backward.sites());
    backward.run(params);
    const TraceGradients gradients{backward.sites(), params};
    write_trace(path, trace, static_cast<int>(tokens.size()), sites, &gradients);
    fmt::print("loss {:.6f} nats a token\n", loss.mean());
}

int run(const TraceOptions& o) {
    const auto model = o.model.open();
    const ModelConfig& config = model->config();
    const std::vector<int> tokens = o.prompt.encode(*model, 0);
    std::vector<SiteRef> sites;
    for (const std::string& glob : o.sites)
        for (const SiteRef& s : match_sites(config, glob))
            if (std::find(sites.begin(), sites.end(), s) == sites.end()) sites.push_back(s);
    const int n = static_cast<int>(tokens.size());
    const std::unique_ptr<Trace> trace = edited_trace(*model, n, o.edits);
    extend(*trace, tokens);
    if (o.gradients)
        write_with_gradients(o.out, *trace, tokens, sites);
    else
        write_trace(o.out, *trace, n, sites);
    fmt::print("{}: {} sites of {} tokens\n", o.out, sites.size(), n);
    return 0;
}

} // namespace

void add_trace(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("trace", "write every activation of a prompt as safetensors");
    auto options = std::make_shared<TraceOptions>();
    options->model.add_to(*command);
    options->prompt.add_to(*command);
    command->add_option("-o,--out", options->out, "the file to write")->required()->type_name("PATH");
    command->add_option("--sites", options->sites, "names or patterns, e.g. 'blocks.*.attn.hook_pattern'")->capture_default_str();
    command->add_option("--edits", options->edits, "JSON file of edits to apply")->type_name("PATH");
    command->add_flag("--gradients", options->gradients, "also the gradients of the mean next-token cross-entropy, as grad/NAME");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
