// glassformer trace: the activations of a prompt as a safetensors file.

#include "cli/options.h"
#include "core/error.h"
#include "core/forward.h"
#include "io/edit_file.h"
#include "io/trace_file.h"

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
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

} // namespace gf
