#pragma once
// Derivatives measured by moving one number a little, in double precision: the independent judge of the
// backward pass and of the losses. Used by the tests in this folder.

#include "core/passes/backward.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace gf::tests {

static_assert(sizeof(real) == 8, "finite differences need double precision");

/// Whether `computed` is df/dx at x: relative error below 1e-5 or absolute error below 1e-9. Measures by the
/// five-point rule, whose error is of order h^4. Where the longest step disagrees shorter ones are tried, as
/// there may be a kink (ReLU) within the step.
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

/// Shrinks a model so far that every one of its numbers can be moved.
inline ModelConfig shrunk(ModelConfig c) {
    c.d_head = c.d_rotary > 0 ? 4 : 2, c.d_rotary = std::min(c.d_rotary, 2);
    c.d_model = c.tensor_names != TensorNames::llama ? c.d_q() : 6;
    c.d_vocab = 7, c.n_ctx = 12;
    if (c.mlp != MlpKind::none) c.d_mlp = 5;
    return c;
}

} // namespace gf::tests
