#pragma once
// Reproducible random choices, one after the other. Each document has streams of its own, so what is drawn
// for one does not depend on what was drawn before. Used by all that draws documents and by a measure.

#include "core/random.h"

#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

namespace gf::tinyville {

class RandomStream {
  public:
    /// The stream is a function of these three alone. `stream` tells apart what is drawn for one document.
    RandomStream(std::uint64_t seed, std::uint64_t document, std::uint64_t stream)
        : key_(mix64(mix64(mix64(seed) ^ document) ^ stream)) {}

    /// Uniform in [0, n), n >= 1. The upper 32 bits decide, so the bias is below n / 2^32.
    int below(int n) {
        assert(n >= 1);
        return static_cast<int>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
    }

    /// Uniform in [low, high].
    int between(int low, int high) { return low + below(high - low + 1); }

    bool chance(int percent) { return below(100) < percent; }

    template <class T>
    const T& pick(const std::vector<T>& values) {
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

} // namespace gf::tinyville
