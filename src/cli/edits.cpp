#include "cli/edits.h"

#include "core/passes/forward.h"
#include "core/site_names.h"
#include "io/edit_file.h"
#include "platform/error.h"

#include <map>
#include <utility>

namespace gf {
namespace {

/// Turns edits as they are written into those of runs.
class EditResolver {
  public:
    EditResolver(const Model& model, const std::optional<std::vector<int>>& source, int n_tokens)
        : model_(model), source_(source), n_tokens_(n_tokens) {}

    void add(const EditSpec& spec, StackEdits& edits) {
        const Stack stack = stack_of(spec.cells);
        const CellRange cells = find_cells(*model_.weights, stack, spec.cells);
        const bool has_donor = spec.kind == Edit::Kind::donor;
        Edit edit = make_edit(spec, cells, has_donor ? donor(stack, spec.donor) : nullptr);
        const ModelConfig& config = model_.weights->config_of(stack);
        const int n_source = source_ ? static_cast<int>(source_->size()) : 0,
                  n_own = stack == Stack::encoder ? n_source : n_tokens_,
                  n_keys = has_source_keys(cells.site) ? n_source : n_own;
        const int rows = row_axis(cells.site) == Axis::segment  ? 1
                         : row_axis(cells.site) == Axis::source ? n_source
                                                                : n_own;
        check_edit(edit, config, rows,
                   site_width(config, cells.site, n_keys) / site_heads(config, cells.site));
        (stack == Stack::encoder ? edits.encoder : edits.decoder).push_back(std::move(edit));
    }

  private:
    Stack stack_of(const CellsSpec& cells) const {
        if (cells.run.empty()) return split_stack(*model_.weights, cells.site).stack.value_or(Stack::decoder);
        if (cells.run == "source" && source_) return Stack::encoder;
        if (cells.run != "text")
            throw Error(
                {"run", source_ ? "'text' or 'source'" : "'text', the only run", "'" + cells.run + "'", ""});
        return Stack::decoder;
    }

    std::shared_ptr<const Trace> donor(Stack stack, const DonorSpec& spec) {
        if (spec.kind != DonorSpec::Kind::prompt)
            throw Error({"donor", "a prompt: branches and other runs are those of a session",
                         "a " + std::string(name(spec.kind)), "write {\"prompt\": \"...\"}"});
        const bool is_source = stack == Stack::encoder;
        return run_of(stack,
                      is_source ? encode_source(model_, spec.prompt) : encode_prompt(model_, spec.prompt));
    }

    /// The run of these tokens without edits. Each is computed once.
    std::shared_ptr<const Trace> run_of(Stack stack, const std::vector<int>& tokens) {
        auto& run = runs_[{stack, tokens}];
        if (run) return run;
        const int n = static_cast<int>(tokens.size()), n_ctx = model_.config().n_ctx;
        if (n < 1 || n > n_ctx)
            throw Error({"donor", "1 to " + std::to_string(n_ctx) + " tokens (the model's context)",
                         std::to_string(n), ""});
        const bool reads_source = stack == Stack::decoder && source_;
        auto trace =
            std::make_shared<Trace>(model_.weights, TraceShape{n, Keep::all, stack}, RunSetup{.n_prefix = n},
                                    reads_source ? run_of(Stack::encoder, *source_) : nullptr);
        extend(*trace, tokens);
        return run = std::move(trace);
    }

    const Model& model_;
    const std::optional<std::vector<int>>& source_;
    int n_tokens_;
    std::map<std::pair<Stack, std::vector<int>>, std::shared_ptr<const Trace>> runs_;
};

} // namespace

void EditOptions::add_to(CLI::App& app) {
    app.add_option("--edits", path, "JSON file of edits to apply")->type_name("PATH");
}

StackEdits EditOptions::load(const Model& model, const std::optional<std::vector<int>>& source,
                             int n_tokens) const {
    StackEdits edits;
    if (path.empty()) return edits;
    const std::vector<EditSpec> specs = load_edits(path);
    EditResolver resolver(model, source, n_tokens);
    for (std::size_t i = 0; i < specs.size(); ++i) try {
            resolver.add(specs[i], edits);
        } catch (const Error& e) {
            const Problem& p = e.problem();
            throw Error({path + " [" + std::to_string(i) + "]: " + p.where, p.expected, p.found, p.remedy});
        }
    return edits;
}

} // namespace gf
