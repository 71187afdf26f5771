#pragma once
// Rows of values in memory: what the functions of the passes read and write. Internal to core.

#include "core/real.h"

#include <cstddef>

namespace gf::detail {

/// Rows `stride` values apart. Row 0 is the first row of the pass.
struct Rows {
    real* data = nullptr;
    std::ptrdiff_t stride = 0;
    real* at(int i) const { return data + i * stride; }
};

} // namespace gf::detail
