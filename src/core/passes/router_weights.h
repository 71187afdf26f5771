#pragma once
// From the logits of a router to its weights, in both passes. Internal to core.

#include "core/kernels/kernels.h"
#include "core/model_config.h"

namespace gf::detail {

/// The weights of n experts.
inline void router_weights(RouterKind kind, const real* logits, real* weights, int n) {
    if (kind == RouterKind::softmax)
        softmax(logits, weights, n);
    else
        sigmoid(logits, weights, n);
}

} // namespace gf::detail
