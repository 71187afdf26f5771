#pragma once
// What training adds to a pass: dropout and noise on the router. Every draw is a function of (seed, place),
// so that nothing is stored and the backward pass sees what the forward pass saw. Set by training; used by
// both passes.

#include "core/real.h"
#include "core/site.h"

#include <cstdint>

namespace gf {

/// By default it changes nothing, as in inference. The formulas of the sites (SiteRow::formula) leave it out.
struct Regularise {
    /// The share of values that become 0, from 0 to below 1; the others are multiplied by 1 / (1 - dropout).
    double dropout = 0;
    double router_noise = 0; ///< standard deviation of the noise on router logits
    std::uint64_t seed = 0;
    bool operator==(const Regularise&) const = default;
};

/// Whether dropout acts on the site. It does on the sum of the embeddings, on attention weights, and on what
/// each sub-layer adds to the stream (Vaswani et al. 2017, 5.4; GPT-2).
bool has_dropout(Site site, int layer);

/// Inverted dropout (Srivastava et al. 2014) of n values of a row, in place; in patterns the values of one
/// head. Values and gradients at the same place are treated alike.
void apply_dropout(const Regularise& options, Site site, int layer, int row, int head, real* values, int n);

/// The noise that is added to a router logit: noisy top-k gating (Shazeer et al. 2017) with the fixed
/// deviation of Riquelme et al. (2021).
real router_noise(const Regularise& options, int layer, int row, int expert);

} // namespace gf
