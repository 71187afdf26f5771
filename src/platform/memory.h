#pragma once
// Memory in large pieces: the arena of a Trace.

#include <cstddef>

namespace gf {

/// Alignment in bytes of memory for which prefer_huge_pages() is called.
inline constexpr std::size_t k_page_bytes = 4096;

/// Asks for huge pages, which cost fewer page faults. It is a hint: where the system refuses, nothing
/// changes.
void prefer_huge_pages(void* memory, std::size_t bytes);

} // namespace gf
