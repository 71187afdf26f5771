#pragma once
// Reproducible random numbers without state: each is a function of a seed, its purpose and its place, so that
// a resumed run continues with the numbers of an unbroken one. Used by the datasets, by the trainer, and
// where a run is prepared.

#include "core/random.h"

namespace gf {

/// What random numbers are for: one seed of a run serves all purposes, and none repeats another's numbers.
/// Reordering these changes every run.
enum class SeedPurpose : std::uint32_t {
    weights,
    adapter,
    window,
    example,
    mask,
    validation_mask,
    regularise
};

/// The seed for one purpose at one place, such as a step or a sequence of the run.
constexpr std::uint64_t derived_seed(std::uint64_t seed, SeedPurpose purpose, std::uint64_t place) {
    return mix64(mix64(mix64(seed) ^ static_cast<std::uint64_t>(purpose)) ^ place);
}

/// Uniform in [0, 1). `a` and `b` number the values that are drawn from one seed.
constexpr double random_unit(std::uint64_t seed, std::uint32_t a = 0, std::uint32_t b = 0) {
    return uniform({seed, 0, a, b});
}

/// Uniform in {0, ..., n - 1}.
constexpr std::uint64_t random_below(std::uint64_t n, std::uint64_t seed, std::uint32_t a = 0,
                                     std::uint32_t b = 0) {
    return static_cast<std::uint64_t>(random_unit(seed, a, b) * static_cast<double>(n));
}

} // namespace gf
