#pragma once
// Reproducible draws: each document has its own stream, a function of (seed, document, stream) alone.

#include "core/random.h"

#include <cassert>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace gf::tinyville {

class Draw {
  public:
    Draw(std::uint64_t seed, std::uint64_t document, std::uint64_t stream)
        : key_(mix64(mix64(mix64(seed) ^ document) ^ stream)) {}

    /// Uniform in [0, n), n >= 1; from the upper 32 bits, so that the bias is below n / 2^32.
    int below(int n) {
        assert(n >= 1);
        return static_cast<int>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
    }
    /// Uniform in [low, high].
    int between(int low, int high) { return low + below(high - low + 1); }
    bool chance(int percent) { return below(100) < percent; }
    template <class T>
    const T& of(const std::vector<T>& values) {
        return values[below(static_cast<int>(values.size()))];
    }
    template <class T>
    void shuffle(std::vector<T>& values) {
        for (int i = static_cast<int>(values.size()); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

  private:
    std::uint64_t next() { return mix64(key_ ^ count_++); }
    std::uint64_t key_, count_ = 0;
};

/// FNV-1a (Fowler, Noll, Vo), finished by mix64: places words and templates in a split, whatever the
/// platform.
inline std::uint64_t hash_text(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return mix64(h);
}

} // namespace gf::tinyville
