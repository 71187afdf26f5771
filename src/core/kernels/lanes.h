#pragma once
// Vectors of reals through GCC's extension: one register or several, whatever the processor has. Internal to
// the kernels.

#include "core/real.h"

namespace gf::detail {

// A template argument drops the alignment of a vector type, so the types are named by their width.
template <int W>
struct Lanes {
    typedef real Vector __attribute__((vector_size(W * sizeof(real))));
    typedef real Unaligned __attribute__((vector_size(W * sizeof(real)), aligned(alignof(real)), may_alias));
    static Vector load(const real* p) { return *reinterpret_cast<const Unaligned*>(p); }
    static void store(real* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
};

/// Reals in a register of the processor: a wider vector type would live in memory.
#ifdef __AVX512F__
inline constexpr int k_lanes = static_cast<int>(64 / sizeof(real)), k_registers = 32;
#else
inline constexpr int k_lanes = static_cast<int>(32 / sizeof(real)), k_registers = 16;
#endif

} // namespace gf::detail
