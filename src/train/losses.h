#pragma once
// Losses. Each reads the outputs of a run and writes their gradients into a Trace,
// from which the backward pass starts. Used by BatchGradient. What gradients of a
// run that is looked at can be of is in core/passes/gradients.h.

#include "core/trace.h"

#include <span>

namespace gf {

/// A loss summed over the targets that it counts.
struct LossSum {
    double nats = 0;         ///< the objective
    double count = 0;        ///< targets: tokens, labels, pairs
    double correct = 0;      ///< how many targets were the likeliest answer
    double load_balance = 0; ///< mean over layers, summed over rows
    double router_z = 0;     ///< mean over layers, summed over rows
    double rows = 0;         ///< rows that load_balance and router_z were summed over

    double mean() const { return count > 0 ? nats / count : 0; }
    LossSum& operator+=(const LossSum& other);
};

// In all of them `gradient` is the Trace that takes the gradients (Backward::sites(); null: only the loss is
// wanted), and `weight` is the factor of one target's loss: 1 / number of targets gives the gradient of a
// mean. Rows without target get a gradient of 0. `nats`, unless it is empty, gets the loss of each row, or of
// each pair: what the sum is made of.

/// Cross-entropy of `target` (-1: none) under n logits. `dlogits` (n
/// values, or null) gets `weight` times its gradient.
LossSum cross_entropy(const real* logits, int n, int target, double weight, real* dlogits);

/// Cross-entropy of targets[r] (-1: none) under the logits of row r: next tokens, masked tokens. @throws
/// Error for fewer targets than rows.
LossSum token_loss(const Trace& run, std::span<const int> targets, double weight, Trace* gradient,
                   std::span<double> nats = {});

/// Distillation (Hinton et al. 2015): T^2 KL(teacher || student), both softened by the temperature T, mixed
/// with a share `hard_share` of the cross-entropy with the targets. `teacher` is a run of the same tokens by
/// a model with the same vocabulary. @throws Error if it is not, and for fewer targets than rows.
LossSum distillation_loss(const Trace& run, const Trace& teacher, std::span<const int> targets,
                          double temperature, double hard_share, double weight, Trace* gradient,
                          std::span<double> nats = {});

/// Losses of the routers of all layers and rows: load balancing, E sum_e f_e P_e with f the share of the
/// choices and P the mean weight, brought to the sum 1 where a sigmoid makes it (Fedus et al. 2022), and the
/// mean squared log-sum-exp of the logits (z-loss, Zoph et al. 2022). Their gradients times balance_weight
/// and z_weight are added to those of expert_weights and router_logits, times `share`: what part of the
/// batch's rows this run holds.
LossSum router_loss(const Trace& run, double balance_weight, double z_weight, double share, Trace* gradient);

/// InfoNCE (van den Oord et al. 2018) of n pairs of vectors, in both directions: row i of `a` shall be nearer
/// to row i of `b` than to any other row, by cosine divided by the temperature. All spans are (n, d). The
/// gradients of the loss times `weight` are written to da and db, unless these are empty. @throws Error if a
/// and b do not have the same number of vectors, at least one.
LossSum contrastive_loss(std::span<const real> a, std::span<const real> b, int d, double temperature,
                         double weight, std::span<real> da, std::span<real> db, std::span<double> nats = {});

} // namespace gf
