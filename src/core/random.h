#pragma once
// Reproducible randomness without state: the draw at a place is a function of the place. Used by the sampler.

#include <cstdint>
#include <initializer_list>

namespace gf {

/// SplitMix64's finaliser (Steele et al. 2014): a bijection of 64 bits in which every input bit moves every
/// output bit.
constexpr std::uint64_t mix64(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// Where a draw happens. Rewinding to the same place, or resampling there with the same number, gives the
/// same draw.
struct DrawKey {
    std::uint64_t seed = 0;
    std::uint32_t branch = 0;   ///< branch of the token tree
    std::uint32_t position = 0; ///< position of the drawn token
    std::uint32_t resample = 0; ///< 0 for the first draw at the place, then counting up
    bool operator==(const DrawKey&) const = default;
};

/// Uniform in [0, 1), in steps of 2^-53.
constexpr double uniform(const DrawKey& key) {
    std::uint64_t h = mix64(key.seed);
    for (const std::uint64_t word :
         {std::uint64_t{key.branch}, std::uint64_t{key.position}, std::uint64_t{key.resample}})
        h = mix64(h ^ word);
    return static_cast<double>(h >> 11) * 0x1p-53;
}

} // namespace gf
