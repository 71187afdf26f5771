// glassformer trace: writes the activations of a prompt as a safetensors file.

#include "cli/command_line.h"
#include "cli/edits.h"
#include "cli/options.h"
#include "core/passes/forward.h"
#include "core/passes/gradients.h"
#include "core/site_names.h"
#include "io/trace_file.h"
#include "measures/measure.h"
#include "measures/probe_text.h"
#include "platform/error.h"

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
    bool gradients = false, probe = false;
    std::string gradient_of = "loss";
};

/// An empty Trace for n tokens of one stack.
std::shared_ptr<Trace> empty_trace(const Model& model, Stack stack, int n, RunSetup setup,
                                   std::shared_ptr<const Trace> source = nullptr) {
    setup.n_prefix = n; // with a prefix mask the whole prompt is the prefix
    return std::make_shared<Trace>(model.weights, TraceShape{n, Keep::all, stack}, std::move(setup),
                                   std::move(source));
}

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

/// Prints the value of the target, and gives each run its gradients. The source's run, if any, is the first
/// part.
void add_gradients(std::vector<TracePart>& parts, std::vector<TraceGradients>& part_gradients,
                   const RunGradients& found, const GradientTarget& target) {
    if (found.source) part_gradients.push_back({*found.source, {}});
    part_gradients.push_back({*found.sites, found.params});
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].gradients = &part_gradients[i];
    if (target.of == GradientOf::loss)
        fmt::print("loss {:.6f} nats a token\n", found.value);
    else
        fmt::print("{} {:.6f}\n", in_words(target, [](int token) { return fmt::format("token {}", token); }),
                   found.value);
}

int run(const TraceOptions& options) {
    if (options.out.empty() && options.measure.empty())
        throw Error({"trace", "--out PATH or --measure NAME", "neither", "say what is wanted"});
    const GradientTarget target = gradient_target_from_text(options.gradient_of, "--gradient-of");
    const auto model = options.model.open();
    if (options.probe && model->config().has_encoder())
        throw Error({"--probe", "a model that reads its own text alone", "one with an encoder", ""});
    const std::vector<int> tokens =
        options.probe ? probe_tokens(model->config(), bos_id(*model)) : options.prompt.encode(*model, 0);
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
    RunGradients found;
    std::vector<TraceGradients> part_gradients; // in the order of the parts
    if (options.gradients) {
        found = gradients(trace, n, target, {.params = true});
        add_gradients(parts, part_gradients, found, target);
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
    auto* gradients = command->add_flag("--gradients", options->gradients,
                                        "also the gradients of the mean next-token cross-entropy, or of "
                                        "what --gradient-of says, as grad/NAME");
    command
        ->add_option("--gradient-of", options->gradient_of,
                     "loss, logit:ROW:TOKEN, or difference:ROW:TOKEN:OTHER, the difference of two logits")
        ->capture_default_str()
        ->needs(gradients);
    command
        ->add_option("--measure", options->measure,
                     "print as JSON what is derived from the run; " + measure_names())
        ->type_name("NAME");
    command
        ->add_flag("--probe", options->probe,
                   "in place of a prompt: 24 tokens picked by chance and written three times, on which "
                   "head-roles has many cases")
        ->excludes(command->get_option("--prompt"))
        ->excludes(command->get_option("--tokens"));
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
