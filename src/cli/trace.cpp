// glassformer trace: writes the activations of a prompt as a safetensors file.

#include "cli/command_line.h"
#include "cli/edits.h"
#include "cli/options.h"
#include "core/passes/backward.h"
#include "core/passes/forward.h"
#include "core/site_names.h"
#include "io/trace_file.h"
#include "measures/measure.h"
#include "platform/error.h"
#include "train/losses.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace gf {
namespace {

struct TraceOptions {
    ModelOptions model;
    PromptOptions prompt;
    SourceOptions source;
    SetupOptions setup;
    EditOptions edits;
    std::string out, measure;
    std::vector<std::string> sites{"*"};
    bool gradients = false;
};

/// An empty Trace for n tokens of one stack.
std::shared_ptr<Trace> empty_trace(const Model& model, Stack stack, int n, RunSetup setup,
                                   std::shared_ptr<const Trace> source = nullptr) {
    setup.n_prefix = n; // with a prefix mask the whole prompt is the prefix
    return std::make_shared<Trace>(model.weights, TraceShape{n, Keep::all, stack}, std::move(setup),
                                   std::move(source));
}

/// The gradients of the mean next-token cross-entropy. With an encoder they go back through its run, too.
struct Gradients {
    /// @throws Error when the model predicts no tokens, or there are fewer than two
    Gradients(Trace& run, Trace* source, std::span<const int> tokens)
        : backward(run), params(run.weights().size()) {
        const ModelConfig& c = run.config();
        if (!c.has_logits() || tokens.size() < 2)
            throw Error(
                {"--gradients",
                 "a model that predicts tokens, and two tokens or more (the loss is that of the next token)",
                 c.has_logits() ? "one token" : "a model of head '" + std::string(name(c.head)) + "'", ""});
        std::vector<int> targets(tokens.begin() + 1, tokens.end());
        targets.push_back(-1); // the last token has no next one
        loss = token_loss(run, targets, 1.0 / static_cast<double>(tokens.size() - 1), &backward.sites());
        backward.run(params);
        if (!source) return;
        source_backward.emplace(*source);
        source_backward->seed_output(backward.sites());
        source_backward->run(params);
    }
    Backward backward;
    std::optional<Backward> source_backward;
    std::vector<real> params;
    LossSum loss;
};

/// Adds the sites of a run whose names match the pattern, which has no prefix; false if there are none.
bool add_matching_sites(TracePart& part, std::string_view glob) {
    try {
        for (const SiteRef& s : match_sites(part.trace.config(), glob))
            if (std::find(part.sites.begin(), part.sites.end(), s) == part.sites.end())
                part.sites.push_back(s);
    } catch (const Error&) {
        return false;
    }
    return true;
}

/// Adds to each run the sites that match the patterns. A pattern that begins with a run's prefix ("encoder.")
/// means that run, any other pattern means all runs.
/// @throws Error when a pattern matches nothing
void choose_sites(std::vector<TracePart>& parts, const std::vector<std::string>& globs) {
    for (const std::string& glob : globs) {
        bool any = false;
        for (TracePart& part : parts) {
            const auto has_prefix_of = [&](const TracePart& p) {
                return !p.prefix.empty() && glob.starts_with(p.prefix);
            };
            if (std::any_of(parts.begin(), parts.end(), has_prefix_of) && !has_prefix_of(part)) continue;
            const std::size_t n_skipped = has_prefix_of(part) ? part.prefix.size() : 0;
            any |= add_matching_sites(part, std::string_view(glob).substr(n_skipped));
        }
        // Throws the Error that names the nearest sites.
        if (!any) match_sites(parts.back().trace.config(), glob);
    }
}

/// Prints what the measure finds in the run as JSON.
/// @throws Error when there is no such measure
void print_measure(const std::string& name, const RunView& view) {
    const auto measure = measure_named(name).make();
    measure->advance(view);
    fmt::print("{}\n", measure->result().dump(2));
}

std::string measure_names() {
    std::string names;
    for (const MeasureRow& row : measure_rows())
        names += fmt::format("{}{}: {}", names.empty() ? "" : "; ", row.name, row.what);
    return names;
}

int run(const TraceOptions& options) {
    if (options.out.empty() && options.measure.empty())
        throw Error({"trace", "--out PATH or --measure NAME", "neither", "say what is wanted"});
    const auto model = options.model.open();
    const std::vector<int> tokens = options.prompt.encode(*model, 0);
    const std::optional<std::vector<int>> source_tokens = options.source.encode(*model);
    const int n = static_cast<int>(tokens.size());
    StackEdits edits = options.edits.load(*model, source_tokens, n);
    std::shared_ptr<Trace> source;
    if (source_tokens) {
        source = empty_trace(*model, Stack::encoder, static_cast<int>(source_tokens->size()),
                             {.edits = std::move(edits.encoder)});
        extend(*source, *source_tokens);
    }
    const std::shared_ptr<Trace> trace = empty_trace(
        *model, Stack::decoder, n, options.setup.load(*model).with_edits(std::move(edits.decoder)), source);
    std::vector<TracePart> parts;
    const auto prefix = [&](Stack stack) { return std::string(stack_prefix(*model->weights, stack)); };
    if (source) parts.push_back({*source, source->n_tokens(), {}, prefix(Stack::encoder), nullptr});
    parts.push_back({*trace, n, {}, prefix(Stack::decoder), nullptr});
    choose_sites(parts, options.sites);
    extend(*trace, tokens);
    if (!options.measure.empty()) print_measure(options.measure, {.trace = trace, .rows = n});
    if (options.out.empty()) return 0;
    std::optional<Gradients> gradients;
    std::vector<TraceGradients> part_gradients; // in the order of the parts
    if (options.gradients) {
        gradients.emplace(*trace, source.get(), tokens);
        if (source) part_gradients.push_back({gradients->source_backward->sites(), {}});
        part_gradients.push_back({gradients->backward.sites(), gradients->params});
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i].gradients = &part_gradients[i];
        fmt::print("loss {:.6f} nats a token\n", gradients->loss.mean());
    }
    write_trace(options.out, parts);
    fmt::print("{}: {} sites of {} tokens\n", options.out, parts.back().sites.size(), n);
    if (source)
        fmt::print("{}: {} sites of the source's {} tokens\n", options.out, parts[0].sites.size(),
                   source->n_tokens());
    return 0;
}

} // namespace

void add_trace(CLI::App& app, int& exit_code) {
    auto* command = app.add_subcommand("trace", "write every activation of a prompt as safetensors");
    auto options = std::make_shared<TraceOptions>();
    options->model.add_to(*command);
    options->prompt.add_to(*command);
    options->source.add_to(*command);
    command->add_option("-o,--out", options->out, "the file to write")->type_name("PATH");
    options->setup.add_to(*command);
    command->add_option("--sites", options->sites, "names or patterns, e.g. 'blocks.*.attn.hook_pattern'")
        ->capture_default_str();
    options->edits.add_to(*command);
    command->add_flag("--gradients", options->gradients,
                      "also the gradients of the mean next-token cross-entropy, as grad/NAME");
    command
        ->add_option("--measure", options->measure,
                     "print as JSON what is derived from the run; " + measure_names())
        ->type_name("NAME");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
