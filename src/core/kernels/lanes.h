#pragma once
// Vectors of reals through GCC's vector extension, which fit into one register of the processor or several.
// Internal to the kernels.

#include "core/real.h"

namespace gf::detail {

/// A vector of W reals. Templates take W and not the vector type, since a type loses its alignment as a
/// template argument.
template <int W>
struct Lanes {
    typedef real Vector __attribute__((vector_size(W * sizeof(real))));
    typedef real Unaligned __attribute__((vector_size(W * sizeof(real)), aligned(alignof(real)), may_alias));
    static Vector load(const real* p) { return *reinterpret_cast<const Unaligned*>(p); }
    static void store(real* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
};

/// Reals in a register of the processor, and the number of registers. A wider vector would live in memory.
#ifdef __AVX512F__
inline constexpr int k_lanes = static_cast<int>(64 / sizeof(real)), k_registers = 32;
#else
inline constexpr int k_lanes = static_cast<int>(32 / sizeof(real)), k_registers = 16;
#endif

} // namespace gf::detail
