// The source: the text that the encoder of an encoder-decoder reads.

#include "core/passes/forward.h"
#include "platform/error.h"
#include "session/engine.h"

#include <algorithm>

namespace gf {

/// Computes the encoder's run, all of it at once, since an encoder reads in both directions. Above the trace
/// budget it keeps the residual stream only.
/// @throws Error when the text cannot be encoded or exceeds the encoder's context
RunView Engine::read_source(const Model& model, const std::string& text) const {
    std::vector<int> ids = encode_source(model, text);
    if (ids.empty()) ids.push_back(std::max(bos_id(model), 0)); // an encoder reads at least one token
    const int n = static_cast<int>(ids.size()), n_ctx = model.config().n_ctx;
    if (n > n_ctx)
        throw Error({"source", "at most " + std::to_string(n_ctx) + " tokens (the model's context)",
                     std::to_string(n), "shorten it"});
    TraceShape shape{n, Keep::all, Stack::encoder};
    if (trace_bytes(model.weights->config_of(Stack::encoder), shape) > trace_budget_)
        shape.keep = Keep::residual;
    auto trace = std::make_shared<Trace>(model.weights, shape);
    extend(*trace, ids);
    auto origins = std::make_shared<std::vector<TokenOrigin>>(static_cast<std::size_t>(n));
    return {0, -1, 0, n, n, std::move(trace), std::move(origins)};
}

/// Reads another source. The decoder's text begins anew with the same prompt.
void Engine::run(const command::SetSource& c) {
    require_run("source");
    if (!state_.model->config().has_encoder())
        throw Error(
            {"source", "a model with an encoder", "one of a single stack", "give its text as the prompt"});
    RunView source_run = read_source(*state_.model, c.text); // throws before anything is changed
    if (message_is_error_) clear_message();
    mark_undoable();
    playing_ = false;
    state_.source = c.text;
    state_.source_run = std::move(source_run);
    forget_edits(state_.source_edits);
    const Branch& root = *state_.tree[0];
    const std::span<const int> prompt = root.tokens(root.n_prompt);
    start_tree({prompt.begin(), prompt.end()});
}

} // namespace gf
