#include "core/regularise.h"

#include "core/random.h"

#include <cmath>
#include <numbers>

namespace gf {
namespace {

/// A key from which all draws at a place follow.
std::uint64_t place_key(std::uint64_t seed, std::initializer_list<int> place) {
    std::uint64_t h = mix64(seed);
    for (const int word : place) h = mix64(h ^ static_cast<std::uint32_t>(word));
    return h;
}

} // namespace

bool has_dropout(Site site, int layer) {
    switch (site) {
    case Site::resid_pre: return layer == 0;
    case Site::pattern:
    case Site::attn_out:
    case Site::cross_pattern:
    case Site::cross_attn_out:
    case Site::mlp_out: return true;
    default: return false;
    }
}

void apply_dropout(const Regularise& options, Site site, int layer, int row, int head, real* values, int n) {
    const std::uint64_t key = place_key(options.seed, {static_cast<int>(site), layer, row, head});
    const auto limit = static_cast<std::uint64_t>(std::ldexp(options.dropout, 64));
    const real scale = static_cast<real>(1 / (1 - options.dropout));
    for (int i = 0; i < n; ++i)
        values[i] = mix64(key + static_cast<std::uint64_t>(i)) < limit ? real(0) : values[i] * scale;
}

real router_noise(const Regularise& options, int layer, int row, int expert) {
    const std::uint64_t key =
        place_key(options.seed, {static_cast<int>(Site::router_logits), layer, row, expert});
    const auto uniform = [&](std::uint64_t i) {
        return (static_cast<double>(mix64(key + i) >> 11) + 0.5) * 0x1p-53;
    };
    // Box & Muller 1958
    const double normal = std::sqrt(-2 * std::log(uniform(0))) * std::cos(2 * std::numbers::pi * uniform(1));
    return static_cast<real>(options.router_noise * normal);
}

} // namespace gf
