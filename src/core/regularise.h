#pragma once
// What training adds to a pass: dropout, noise on the router, full experts. Every draw is a function of
// (seed, place), so nothing is stored and backward sees what forward saw.

#include "core/real.h"
#include "core/site.h"

#include <cstdint>

namespace gf {

/// Neutral by default, as in inference. The formulas of the sites leave it out.
struct Regularise {
    double dropout = 0; ///< 0 to < 1: share of values that become 0; the others grow by 1 / (1 - dropout)
    double router_noise = 0;    ///< standard deviation of the noise on router logits
    double capacity_factor = 0; ///< of an even share of the tokens, what an expert takes; 0: any number
    std::uint64_t seed = 0;
    bool operator==(const Regularise&) const = default;
};

/// Whether dropout acts on the site: the embeddings' sum, attention weights, and what each sub-layer adds to
/// the stream.
bool drops(Site site, int layer);

/// Inverted dropout (Srivastava et al. 2014) of n values of one row (of scores and patterns: of one head), in
/// place. Values and gradients at the same place are treated alike.
void apply_dropout(const Regularise& options, Site site, int layer, int row, int head, real* values, int n);

/// What noisy top-k gating (Shazeer et al. 2017, with the fixed deviation of Riquelme et al. 2021) adds to a
/// router logit.
real router_noise(const Regularise& options, int layer, int row, int expert);

/// Tokens that an expert takes of a segment with n_tokens real ones: ceil(factor * experts_per_token *
/// n_tokens / n_experts) (Fedus et al. 2022).
int expert_capacity(const ModelConfig& config, const Regularise& options, int n_tokens);

} // namespace gf
