#pragma once
// A checksum of all that a reader may look at in one row of a run, to show that published rows never change.

#include "session/branch.h"
#include "support/compare.h"

#include <bit>
#include <cstdint>

namespace gf::tests {

/// FNV-1a over the kept sites, the token and its origin.
/// `run`: a Run or a BranchView.
std::uint64_t row_checksum(const auto& run, int row) {
    std::uint64_t sum = 14695981039346656037u;
    const auto add = [&](std::uint64_t x) { sum = (sum ^ x) * 1099511628211u; };
    for (const SiteRef& site : all_sites(run.trace->config())) {
        if (!run.trace->kept(site.site)) continue;
        for (const real x : row_of(*run.trace, site.site, site.layer, row))
            add(std::bit_cast<std::uint32_t>(x));
    }
    const TokenOrigin& origin = run.origin(row);
    add(static_cast<std::uint64_t>(run.token(row)));
    add(static_cast<std::uint64_t>(origin.kind));
    add(origin.key.position);
    add(std::bit_cast<std::uint32_t>(origin.surprisal));
    return sum;
}

} // namespace gf::tests
