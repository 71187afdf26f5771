// Opening a model, and beginning a text with a prompt.

#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>
#include <utility>

namespace gf {

/// Number of tokens that a text may have: the model's context, or the prompt where the model adds no token.
int Engine::max_tokens() const {
    const ModelConfig& config = state_.model->config();
    return !config.continues_text() && has_run() ? current().n_prompt : config.n_ctx;
}

void Engine::run(const command::Open& c) {
    auto model = open_model(c.model, c.tokenizer);           // throws before anything is changed
    const bool reads_source = model->config().has_encoder(); // then the given text is the source
    RunView source_run;
    if (reads_source) source_run = read_source(*model, c.prompt);
    const int first_token = std::max(bos_id(*model), 0); // without BOS any token serves
    const std::vector<int> prompt =
        c.prompt.empty() || reads_source ? std::vector{first_token} : encode_prompt(*model, c.prompt);
    if (static_cast<int>(prompt.size()) > model->config().n_ctx)
        throw Error(
            {c.model,
             "a prompt of at most " + std::to_string(model->config().n_ctx) + " tokens, the model's context",
             std::to_string(prompt.size()) + " tokens", "open it without a prompt"});
    if (state_.model) mark_undoable();
    playing_ = false;
    state_.model = std::move(model);
    state_.model_path = c.model;
    state_.tokenizer_path = c.tokenizer;
    state_.prompt = reads_source ? "" : c.prompt;
    state_.source = reads_source ? c.prompt : "";
    state_.source_run = std::move(source_run);
    state_.source_edits = no_edits();
    clear_message();
    const std::vector<std::string>& warnings = state_.model->warnings;
    if (!warnings.empty())
        set_message(warnings[0] + (warnings.size() > 1
                                       ? " (and " + std::to_string(warnings.size() - 1) + " more warnings)"
                                       : ""));
    start_tree(prompt);
}

void Engine::run(const command::SetPrompt& c) {
    if (!state_.model) require_run("prompt");
    std::vector<int> prompt = encode_prompt(*state_.model, c.text);
    const int n_ctx = state_.model->config().n_ctx;
    if (static_cast<int>(prompt.size()) > n_ctx) {
        if (!c.truncate) {
            set_message("The prompt has " + std::to_string(prompt.size()) +
                            " tokens; this model's context holds " + std::to_string(n_ctx) + ".",
                        true);
            can_truncate_ = true;
            refused_prompt_ = c.text;
            return;
        }
        // BOS stays if the text begins with it. A quarter of the context is left free for the text to go on.
        const int n_bos = prompt[0] == bos_id(*state_.model) ? 1 : 0;
        const int kept = std::max(n_ctx * 3 / 4, 1) - n_bos;
        prompt.erase(prompt.begin() + n_bos, prompt.end() - kept);
        set_message("The prompt was cut to its last " + std::to_string(kept) + " tokens.");
    } else if (message_is_error_) {
        clear_message();
    }
    mark_undoable();
    playing_ = false;
    state_.prompt = c.text;
    start_tree(prompt);
}

/// Begins a new tree whose root has the prompt's tokens; tick() computes their rows.
void Engine::start_tree(const std::vector<int>& prompt) {
    const ModelConfig& config = state_.model->config();
    const int n = static_cast<int>(prompt.size());
    forget_edits(state_.edits); // their cells belong to the old text
    recomputed_.reset();
    auto root = std::make_shared<Branch>();
    root->n_prompt = n;
    const int capacity =
        !config.continues_text()
            ? n
            : std::min(config.n_ctx, std::max(k_initial_capacity, n + k_initial_capacity / 2));
    const RunSetup setup{.n_prefix = n};
    root->trace = std::make_shared<Trace>(state_.model->weights, trace_shape(capacity, setup), setup,
                                          state_.source_run.trace);
    root->trace->append(prompt);
    root->origins = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(capacity));
    state_.tree = {root};
    state_.branch = 0;
    state_.cursor = n;
    state_.resamples.clear();
}

/// Shape of a Trace for one sequence, which keeps as much of it as the budget allows.
TraceShape Engine::trace_shape(int capacity, const RunSetup& setup) {
    TraceShape shape{capacity};
    const Trace* source = state_.source_run.trace.get();
    if (trace_bytes(state_.model->config(), shape, setup, source ? source->size() : SourceSize()) >
        trace_budget_) {
        shape.keep = Keep::residual;
        set_message(
            "This run needs more memory than the trace budget: the layer in view is computed again when "
            "it is looked at.");
    }
    return shape;
}

} // namespace gf
