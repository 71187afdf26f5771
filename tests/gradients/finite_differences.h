#pragma once
// Gradients by moving one number a little: the independent judge of the backward pass. Double precision.

#include "core/backward.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace gf::tests {

static_assert(sizeof(real) == 8, "finite differences need double precision");

/// Whether df/dx at x is what was computed: relative error below 1e-5 or absolute below 1e-9. By the
/// five-point rule (error of order h^4); where the longest step disagrees a shorter one may have the word, as
/// there may be a kink (ReLU) between.
inline ::testing::AssertionResult is_derivative(double computed, const std::function<double(double)>& f,
                                                double x) {
    double measured = 0;
    for (const double step : {1e-4, 1e-5, 1e-6}) {
        const double h = step * std::max(1.0, std::abs(x));
        measured = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
        const double error = std::abs(computed - measured);
        if (error < 1e-9 || error < 1e-5 * std::max(std::abs(computed), std::abs(measured)))
            return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "computed " << computed << ", by finite differences " << measured;
}

/// The preset with sizes so small that each of its numbers can be moved.
inline ModelConfig small(ModelConfig c) {
    c.d_head = 2, c.d_model = c.tensor_names != TensorNames::llama ? c.d_q() : 6, c.d_vocab = 7, c.n_ctx = 12;
    if (c.mlp != MlpKind::none) c.d_mlp = 5;
    return c;
}

} // namespace gf::tests
