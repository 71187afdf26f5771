#pragma once
// Text from a model, token by token, outside the window: `glassformer run`, the figures of the models that
// ship.

#include "core/sampling.h"
#include "core/trace.h"
#include "session/model.h"

#include <functional>
#include <memory>
#include <vector>

namespace gf {

/// The tokens that the text stops before: the model's end and begin of text.
bool ends_text(const Model& model, int token);

struct Generation {
    int n = 64; ///< most new tokens
    SamplingChain chain = greedy_chain();
    std::uint64_t seed = 0;
    std::shared_ptr<const Trace> source{}; ///< encoder-decoders: the encoder's complete run
};

/// Appends up to n tokens to `tokens`, which must not be empty and leave room for them in the model's
/// context. Stops where the text ends, without the token that ends it, and when `on_token` says false of a
/// token that it got.
void generate(
    const Model& model, std::vector<int>& tokens, const Generation& options,
    const std::function<bool(int)>& on_token = [](int) { return true; });

} // namespace gf
