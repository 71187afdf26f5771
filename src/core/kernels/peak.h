#pragma once
// What the processor can do at most. `glassformer bench` compares its figures with it.

namespace gf {

/// The peak of one core in GFLOP/s (2 per multiply-add), measured with independent chains of multiply-adds of
/// the widest vectors: the best of `repeats` short runs, each of about 2 ms.
double peak_gflops(int repeats = 20);

} // namespace gf
