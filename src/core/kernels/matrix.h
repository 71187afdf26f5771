#pragma once
// A weight matrix where it lies in memory: what the products of forward and backward read.

#include "core/real.h"

#include <cstddef>

namespace gf {

/// A matrix inside Weights: `data` points at [in, out] values whose rows are `stride` apart.
struct Matrix {
    const real* data = nullptr;
    int in = 0, out = 0;
    int stride = 0;
    explicit operator bool() const { return data != nullptr; }
};

} // namespace gf
