#include "session/generate.h"

#include "core/forward.h"

namespace gf {

bool ends_text(const Model& model, int token) {
    const Tokenizer* t = model.tokenizer.get();
    return token == model.config().eos_id || (t && (token == t->eos_id() || token == t->bos_id()));
}

void generate(const Model& model, std::vector<int>& tokens, const Generation& o,
              const std::function<bool(int)>& on_token) {
    if (o.n < 1) return;
    const int n_prompt = static_cast<int>(tokens.size()), most = n_prompt + o.n;
    Trace trace(model.weights, {most, {{0, most, 0, 0, n_prompt}}, Keep::cache}, {}, o.source);
    Sampler sampler;
    SampleStep step;
    extend(trace, tokens);
    for (int i = 0; i < o.n; ++i) {
        const auto position = static_cast<std::uint32_t>(tokens.size());
        const real* logits = trace.row(Site::logits, -1, static_cast<int>(position) - 1);
        sampler.sample({logits, static_cast<std::size_t>(model.config().d_vocab)}, tokens, o.chain,
                       {o.seed, 0, position, 0}, step);
        if (ends_text(model, step.token)) return;
        tokens.push_back(step.token);
        if (!on_token(step.token)) return;
        if (i + 1 < o.n) extend(trace, {&tokens.back(), 1});
    }
}

} // namespace gf
