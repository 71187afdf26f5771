#pragma once
// How much memory the code under test asks for: this program's operator new keeps count.

#include <cstddef>

namespace gf::tests {

/// Bytes of the largest single allocation since the last reset.
std::size_t largest_allocation();
void reset_largest_allocation();

/// No input of a test is larger than a few kilobytes, so none may make the code under test ask for more than
/// this at once.
inline constexpr std::size_t k_most_allocated = std::size_t{16} << 20;

} // namespace gf::tests
