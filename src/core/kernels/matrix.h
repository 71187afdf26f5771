#pragma once
// A weight matrix where it lies in memory. The products of both passes read it.

#include "core/real.h"

#include <cstddef>

namespace gf {

/// A matrix inside Weights: `data` points at [in, out] values whose rows are `stride` values apart.
struct Matrix {
    const real* data = nullptr;
    int in = 0, out = 0;
    int stride = 0;
    explicit operator bool() const { return data != nullptr; }
};

} // namespace gf
