#pragma once
// Rows of values in memory. Internal to core.

#include "core/real.h"

#include <cstddef>

namespace gf::detail {

/// Rows of some width, the first one being that of a pass's first row.
struct Rows {
    real* data = nullptr;
    std::ptrdiff_t stride = 0;
    real* at(int i) const { return data + i * stride; }
};

} // namespace gf::detail
