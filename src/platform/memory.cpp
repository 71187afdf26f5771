#include "platform/memory.h"

#include <sys/mman.h>

namespace gf {

void prefer_huge_pages(void* memory, std::size_t bytes) { madvise(memory, bytes, MADV_HUGEPAGE); }

} // namespace gf
