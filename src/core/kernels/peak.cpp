#include "core/kernels/peak.h"

#include "core/kernels/lanes.h"
#include "platform/clock.h"

#include <algorithm>

namespace gf {

double peak_gflops(int repeats) {
    // Enough independent sums to fill the pipelines (latency 4, two a cycle), few enough to stay in
    // registers.
    constexpr int k_sums = 12, k_steps = 400'000;
    using Vector = detail::Lanes<detail::k_lanes>::Vector;
    double best = 0;
    for (int r = 0; r < repeats; ++r) {
        Vector sum[k_sums] = {}, x = Vector{} + real(0.999), y = Vector{} + real(0.001);
        asm volatile("" : "+v"(x), "+v"(y)); // hides their values from the compiler
        const Stopwatch watch;
        for (int i = 0; i < k_steps; ++i) {
            for (Vector& s : sum) s = s * x + y;
            for (Vector& s : sum) asm volatile("" : "+v"(s)); // keeps every step, in registers
        }
        best = std::max(best, 2.0 * detail::k_lanes * k_sums * k_steps / watch.seconds() * 1e-9);
    }
    return best;
}

} // namespace gf
