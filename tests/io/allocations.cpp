#include "io/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> largest = 0; // bytes of the largest request since the last reset

void* allocate(std::size_t size, std::size_t alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__) noexcept {
    std::size_t seen = largest;
    while (size > seen && !largest.compare_exchange_weak(seen, size)) {
    }
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* required(void* p) {
    if (!p) throw std::bad_alloc();
    return p;
}

std::size_t number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

} // namespace

// All forms of operator new and delete, because AddressSanitizer replaces those that are left out.
using Nothrow = const std::nothrow_t&;
void* operator new(std::size_t n) { return required(allocate(n)); }
void* operator new[](std::size_t n) { return required(allocate(n)); }
void* operator new(std::size_t n, Nothrow) noexcept { return allocate(n); }
void* operator new[](std::size_t n, Nothrow) noexcept { return allocate(n); }
void* operator new(std::size_t n, std::align_val_t a) { return required(allocate(n, number(a))); }
void* operator new[](std::size_t n, std::align_val_t a) { return required(allocate(n, number(a))); }
void* operator new(std::size_t n, std::align_val_t a, Nothrow) noexcept { return allocate(n, number(a)); }
void* operator new[](std::size_t n, std::align_val_t a, Nothrow) noexcept { return allocate(n, number(a)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, Nothrow) noexcept { std::free(p); }
void operator delete[](void* p, Nothrow) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t, Nothrow) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t, Nothrow) noexcept { std::free(p); }

namespace gf::tests {
std::size_t largest_allocation() { return largest; }
void reset_largest_allocation() { largest = 0; }
} // namespace gf::tests
