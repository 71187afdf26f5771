#pragma once
// What the processor can do at most: the yardstick of every speed figure.

namespace gf {

/// Multiply-add peak of one core in GFLOP/s (2 per multiply-add): independent chains of the widest vectors,
/// best of `repeats` short runs. Takes about 2 ms each.
double peak_gflops(int repeats = 20);

} // namespace gf
