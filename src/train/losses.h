#pragma once
// Losses. Each reads the outputs of a run and hands them their gradients; nothing else in the program knows
// about losses.

#include "core/trace.h"

#include <span>

namespace gf {

/// What a loss came to, summed over what it counts.
struct LossSum {
    double nats = 0;         ///< the objective
    double count = 0;        ///< targets: tokens, labels, pairs
    double correct = 0;      ///< of them, those where the target was the likeliest answer
    double load_balance = 0; ///< summed over rows, as mean over layers
    double router_z = 0;     ///< likewise
    double rows = 0;         ///< that the two were summed over

    double mean() const { return count > 0 ? nats / count : 0; }
    double accuracy() const { return count > 0 ? correct / count : 0; }
    LossSum& operator+=(const LossSum& other);
};

// In all of them `gradient` is the Trace that takes the gradients (Backward::sites(); null: only the loss is
// wanted), and `weight` what the loss of one target counts for: 1 / targets gives the gradient of a mean.
// Rows without target get a gradient of 0.

/// Cross-entropy of targets[r] (-1: none) under row r of `logits`: next tokens, masked tokens.
LossSum token_loss(const Trace& run, std::span<const int> targets, double weight, Trace* gradient);

/// Distillation (Hinton et al. 2015): T^2 KL(teacher || student), both softened by the temperature T, and a
/// share `hard` of the cross-entropy with targets. `teacher` is a run of the same tokens by a model with the
/// same vocabulary.
LossSum distillation_loss(const Trace& run, const Trace& teacher, std::span<const int> targets,
                          double temperature, double hard, double weight, Trace* gradient);

/// Policy gradient (REINFORCE, Williams 1992) with a penalty that keeps the policy near a reference (Ziegler
/// et al. 2019): for each row with an action, -advantage log p(action) + kl KL(p || reference). `correct`
/// counts nothing; `nats` is the surrogate.
LossSum policy_loss(const Trace& run, const Trace& reference, std::span<const int> actions,
                    std::span<const double> advantages, double kl, double weight, Trace* gradient);

/// Losses of the routers of all layers and rows: load balancing, E sum_e f_e P_e with f the share of the
/// choices and P the mean weight (Fedus et al. 2022), and the mean squared log-sum-exp of the logits (z-loss,
/// Zoph et al. 2022). The gradients of balance_weight and z_weight times them (`share` of them: of this run's
/// rows in the batch) are added to those of expert_weights and router_logits.
LossSum router_loss(const Trace& run, double balance_weight, double z_weight, double share, Trace* gradient);

/// InfoNCE (van den Oord et al. 2018) of n pairs of vectors, in both directions: row i of `a` shall be nearer
/// to row i of `b` than to any other, by cosine divided by the temperature. [n, d] each. Gradients of the
/// mean times `weight` are written to da and db, if they are not empty.
LossSum contrastive_loss(std::span<const real> a, std::span<const real> b, int d, double temperature,
                         double weight, std::span<real> da, std::span<real> db);

/// Cross-entropy of class `target` (-1: none) under n logits; dlogits (or null) gets weight times its
/// gradient.
LossSum class_loss(const real* logits, int n, int target, double weight, real* dlogits);

} // namespace gf
