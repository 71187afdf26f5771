#include "session/generate.h"

#include "core/passes/forward.h"

namespace gf {

void generate(const Model& model, std::vector<int>& tokens, const GenerationOptions& options,
              const std::function<bool(int)>& on_token) {
    if (options.n < 1) return;
    const int n_prompt = static_cast<int>(tokens.size()), capacity = n_prompt + options.n;
    Trace trace(model.weights, {capacity, {{0, capacity, 0, 0, n_prompt}}, Keep::cache}, options.edits,
                options.source);
    Sampler sampler;
    SampleStep step;
    extend(trace, tokens);
    for (int i = 0; i < options.n; ++i) {
        const auto position = static_cast<std::uint32_t>(tokens.size());
        const real* logits = trace.row(Site::logits, -1, static_cast<int>(position) - 1);
        sampler.sample({logits, static_cast<std::size_t>(model.config().d_vocab)}, tokens, options.chain,
                       {options.seed, 0, position, 0}, step);
        if (ends_text(model, step.token)) return;
        tokens.push_back(step.token);
        if (!on_token(step.token)) return;
        if (i + 1 < options.n) extend(trace, {&tokens.back(), 1});
    }
}

} // namespace gf
