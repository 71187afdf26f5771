#include "session/generate.h"

#include "core/passes/forward.h"

namespace gf {

void generate(const Model& model, std::vector<int>& tokens, const GenerationOptions& options,
              const std::function<bool(int)>& on_token) {
    if (options.n < 1) return;
    const int n_prompt = static_cast<int>(tokens.size()), capacity = n_prompt + options.n;
    RunSetup setup = options.setup;
    setup.n_prefix = n_prompt;
    // Such a run is one of the tokens shown: it is computed from the start for each of them.
    const bool anew = appending_changes_rows(model.config(), setup, n_prompt, capacity);
    std::shared_ptr<Trace> trace;
    const Keep keep = options.until ? Keep::all : Keep::cache;
    const auto run_with_room = [&](int room) {
        trace = std::make_shared<Trace>(model.weights, TraceShape{room, keep}, setup, options.source);
        extend(*trace, tokens);
    };
    Sampler sampler;
    SampleStep step;
    run_with_room(anew ? n_prompt : capacity);
    for (int i = 0; i < options.n; ++i) {
        const auto position = static_cast<std::uint32_t>(tokens.size());
        const real* logits = trace->row(Site::logits, -1, static_cast<int>(position) - 1);
        sampler.sample({logits, static_cast<std::size_t>(model.config().d_vocab)}, tokens, options.chain,
                       {options.seed, 0, position, 0}, step);
        if (ends_text(model, step.token)) return;
        tokens.push_back(step.token);
        if (!on_token(step.token)) return;
        if (i + 1 == options.n && !options.until) continue;
        if (anew)
            run_with_room(static_cast<int>(tokens.size()));
        else
            extend(*trace, {&tokens.back(), 1});
        const auto n_tokens = static_cast<int>(tokens.size());
        if (options.until && options.until->holds({.trace = trace, .rows = n_tokens}, n_tokens - 1)) return;
    }
}

} // namespace gf
