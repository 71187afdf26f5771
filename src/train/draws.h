#pragma once
// Reproducible randomness of training: a draw is a function of the seed, what it is for, and where.

#include "core/random.h"

namespace gf {

/// What draws are for, so that the same seed serves all and none repeats another's.
enum class DrawKind : std::uint32_t { weights, adapter, window, example, mask, validation_mask, regularise };

/// A seed for one purpose at one place: a step, a sequence of the run.
constexpr std::uint64_t derived_seed(std::uint64_t seed, DrawKind kind, std::uint64_t at) {
    return mix64(mix64(mix64(seed) ^ static_cast<std::uint64_t>(kind)) ^ at);
}

/// Uniform in [0, 1).
constexpr double draw(std::uint64_t seed, std::uint32_t a = 0, std::uint32_t b = 0) {
    return uniform({seed, 0, a, b});
}

/// Uniform in {0, ..., n - 1}.
constexpr std::uint64_t draw_below(std::uint64_t n, std::uint64_t seed, std::uint32_t a = 0,
                                   std::uint32_t b = 0) {
    return static_cast<std::uint64_t>(draw(seed, a, b) * static_cast<double>(n));
}

} // namespace gf
