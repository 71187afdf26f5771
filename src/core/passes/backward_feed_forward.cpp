// The gradients of feed_forward.cpp. The rows that visit an expert are gathered, so that it costs a few
// products however many they are. A dense MLP is one expert that all rows visit; its rows stay where they
// are.

#include "core/expert_capacity.h"
#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/backward_pass.h"
#include "core/passes/router_weights.h"

#include <algorithm>

namespace gf::detail {

void BackwardPass::feed_forward(int l, const BlockWeights& w, const Rows& in, const Rows& din) {
    hook(feed_forward_out(config), l);
    const bool moe = config.layer(l).is_moe();
    if (moe)
        backward.visits_.group_by_expert(n_rows, config.expert_slots(), config.n_mlps(),
                                         [&](int r, int slot) { return trace.visited_expert(l, r, slot); });
    for (std::size_t e = 0; e < w.experts.size(); ++e) expert_out(l, w.experts[e], visits_to(l, e));
    hook(Site::mlp_post, l);

    const bool gated = config.layer(l).mlp == MlpKind::gated;
    const int width = config.expert_slots() * config.d_mlp;
    for (int r = 0; r < n_rows; ++r) // post = act(pre), times pre_linear if gated
        activate_backward(config.activation, trace.row(Site::mlp_pre, l, r),
                          gated ? trace.row(Site::mlp_pre_linear, l, r) : nullptr,
                          grad.row(Site::mlp_post, l, r), grad.row(Site::mlp_pre, l, r),
                          gated ? grad.row(Site::mlp_pre_linear, l, r) : nullptr, width);
    if (gated) hook(Site::mlp_pre_linear, l);
    hook(Site::mlp_pre, l);

    if (moe) zero_rows(din, config.d_model);
    for (std::size_t e = 0; e < w.experts.size(); ++e) {
        const ExpertWeights& x = w.experts[e];
        expert_in(Site::mlp_pre, l, x.in, x.in_bias, visits_to(l, e), in, din, moe);
        if (gated) expert_in(Site::mlp_pre_linear, l, x.up, x.up_bias, visits_to(l, e), in, din, true);
    }
    if (moe) route(l, w, in, din);
}

Rows BackwardPass::gather_visits(const Rows& from, int width, bool by_slot,
                                 std::span<const ExpertVisit> visits, int place) {
    Backward::Scratch& scratch = backward.expert_scratch_;
    const Rows gathered{scratch.data() + place * static_cast<std::ptrdiff_t>(scratch.size() / 3), width};
    gather(visits, from, width, by_slot, gathered);
    return gathered;
}

/// mlp_out += gate * (post W_out + b_out): gradients of the gates, of post, and of W_out and b_out.
void BackwardPass::expert_out(int l, const ExpertWeights& w, std::span<const ExpertVisit> visits) {
    const Rows dout = grad_rows(feed_forward_out(config), l), post = rows(Site::mlp_post, l),
               dpost = grad_rows(Site::mlp_post, l);
    if (!config.layer(l).is_moe()) return project(post, w.out, w.out_bias, dout, dpost, false);
    const int count = static_cast<int>(visits.size()), d = config.d_model, d_mlp = config.d_mlp;
    const Rows g = gather_visits(dout, d, false, visits, 0), p = gather_visits(post, d_mlp, true, visits, 1);
    const Rows dp = gather_visits(dpost, d_mlp, true, visits, 2); // room only: the product overwrites it
    // dp = g W_out^T, without the gate: (visits, d_model) x (d_model, d_mlp) -> (visits, d_mlp)
    gemm(count, d_mlp, d, {g.data, g.stride}, MatrixView{w.out.data, w.out.stride}.transposed(), dp.data,
         dp.stride);
    for (int i = 0; i < count; ++i) {
        const auto [r, slot] = visits[static_cast<std::size_t>(i)];
        const real gate = trace.row(Site::expert_gates, l, r)[slot];
        real dgate = dot(p.at(i), dp.at(i), d_mlp);
        if (w.out_bias) dgate += dot(w.out_bias, g.at(i), d);
        grad.row(Site::expert_gates, l, r)[slot] = dgate;
        for (int j = 0; j < d_mlp; ++j) dpost.at(r)[slot * d_mlp + j] = gate * dp.at(i)[j];
        for (int j = 0; j < d; ++j) g.at(i)[j] *= gate;
    }
    add_weight_gradients(p, w.out, w.out_bias, g, count);
}

/// site = in W + bias: adds to the gradient of `in`, or sets it if not `accumulate`.
void BackwardPass::expert_in(Site site, int l, const Matrix& w, const real* bias,
                             std::span<const ExpertVisit> visits, const Rows& in, const Rows& din,
                             bool accumulate) {
    const Rows dsite = grad_rows(site, l);
    if (!config.layer(l).is_moe()) return project(in, w, bias, dsite, din, accumulate);
    const int count = static_cast<int>(visits.size());
    const Rows x = gather_visits(in, config.d_model, false, visits, 0),
               g = gather_visits(dsite, config.d_mlp, true, visits, 1);
    add_weight_gradients(x, w, bias, g, count);
    // dx = dsite W^T: (visits, d_mlp) x (d_mlp, d_model) -> (visits, d_model), in the place of x
    gemm(count, w.in, w.out, {g.data, g.stride}, MatrixView{w.data, w.stride}.transposed(), x.data, x.stride);
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < w.in; ++j) din.at(visits[static_cast<std::size_t>(i)].row)[j] += x.at(i)[j];
}

/// From the gradients of the gates to those of the router; adds to that of `in`. Which experts were chosen is
/// taken as given.
void BackwardPass::route(int l, const BlockWeights& w, const Rows& in, const Rows& din) {
    hook(Site::expert_gates, l);
    if (trace.setup().capacity_factor > 0)
        for_each_dropped_choice(trace, l, 0, n_rows, backward.expert_load_,
                                [&](int r, int slot) { grad.row(Site::expert_gates, l, r)[slot] = 0; });
    route_gates(l);
    hook(Site::expert_weights, l);
    const bool edited = !trace.edits().empty();
    const RouterKind kind = config.layer(l).router;
    for (int r = 0; r < n_rows; ++r) { // weights = softmax(logits) or sigmoid(logits)
        real *scratch = backward.expert_scratch_.data(), *dlogits = grad.row(Site::router_logits, l, r);
        const real *p = trace.row(Site::expert_weights, l, r), *dp = grad.row(Site::expert_weights, l, r);
        if (edited)
            router_weights(kind, trace.row(Site::router_logits, l, r), scratch, config.n_experts),
                p = scratch;
        real* through = scratch + config.n_experts;
        if (kind == RouterKind::softmax)
            softmax_backward(p, dp, through, config.n_experts);
        else
            for (int e = 0; e < config.n_experts; ++e) through[e] = dp[e] * p[e] * (1 - p[e]);
        for (int e = 0; e < config.n_experts; ++e) // the logit of an expert that is off is a constant
            dlogits[e] = trace.plan().experts(l, r).is_off(e) ? 0 : dlogits[e] + through[e];
    }
    hook(Site::router_logits, l);
    project(in, w.router, nullptr, grad_rows(Site::router_logits, l), din, true);
}

/// gate = weight, divided by the sum of the row's chosen weights if so: adds to the gradients of the weights.
void BackwardPass::route_gates(int l) {
    const bool renormalised = config.layer(l).renormalised_gates;
    for (int r = 0; r < n_rows; ++r) {
        const ExpertChoice& choice = trace.plan().experts(l, r);
        if (choice.one_forced()) continue; // its gate is a constant
        const int k = choice.per_token;
        const real *index = trace.row(Site::expert_indices, l, r),
                   *weight = trace.row(Site::expert_weights, l, r),
                   *dgate = grad.row(Site::expert_gates, l, r);
        const auto chosen = [&](int slot) { return static_cast<int>(index[slot]); };
        real sum = 0, weighted = 0;
        for (int s = 0; s < k; ++s) sum += weight[chosen(s)], weighted += weight[chosen(s)] * dgate[s];
        if (renormalised && sum == 0) continue;
        for (int s = 0; s < k; ++s)
            grad.row(Site::expert_weights, l, r)[chosen(s)] +=
                renormalised ? (dgate[s] - weighted / sum) / sum : dgate[s];
    }
}

} // namespace gf::detail
