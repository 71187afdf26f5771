#pragma once
// Writes text with a model, token by token, without a session. Used by `glassformer run` and by the
// measurements of the models that ship.

#include "core/sampling/sampling.h"
#include "core/trace.h"
#include "core/watch/expression.h"
#include "session/model.h"

#include <functional>
#include <memory>
#include <vector>

namespace gf {

struct GenerationOptions {
    int n = 64; ///< largest number of new tokens
    SamplingChain chain = greedy_chain();
    std::uint64_t seed = 0;
    std::shared_ptr<const Trace> source{}; ///< the encoder's complete run, for an encoder-decoder
    RunSetup setup{}; ///< with edits, also of rows that are computed later; with a prefix mask the prompt is
                      ///< the prefix
    /// The last token is the first of which this condition holds; null: none. All sites are kept then.
    const Expression* until = nullptr;
};

/// Appends up to options.n tokens to `tokens`, which must not be empty and must leave room for them in the
/// model's context. Each new token is given to `on_token`. Stops when that returns false, and before a token
/// that ends the text.
void generate(
    const Model& model, std::vector<int>& tokens, const GenerationOptions& options,
    const std::function<bool(int)>& on_token = [](int) { return true; });

} // namespace gf
