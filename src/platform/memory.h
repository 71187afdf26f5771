#pragma once
// Memory in large pieces: the arena of a Trace.

#include <cstddef>

namespace gf {

/// What memory from which huge pages are wanted should be aligned to, in bytes.
inline constexpr std::size_t k_page_bytes = 4096;

/// Asks for huge pages, so that fewer page faults come. It is a hint: where it fails nothing changes.
void prefer_huge_pages(void* memory, std::size_t bytes);

} // namespace gf
