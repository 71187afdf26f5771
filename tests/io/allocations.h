#pragma once
// How much memory the code under test asks for: allocations.cpp replaces operator new in this test program,
// which then remembers the largest request. Used by the tests of damaged files.

#include <cstddef>

namespace gf::tests {

/// Bytes of the largest single allocation since the last reset.
std::size_t largest_allocation();
void reset_largest_allocation();

/// Bytes that the code under test may ask for at once. No input of these tests is larger than a few
/// kilobytes, so this is plenty.
inline constexpr std::size_t k_max_allocation = std::size_t{16} << 20;

} // namespace gf::tests
