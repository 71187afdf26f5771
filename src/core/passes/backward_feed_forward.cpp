// Backward of feed_forward.cpp. The rows that visit an expert are taken together, so that it costs a few
// products however many they are; a dense MLP is one expert that all rows visit, where they are.

#include "core/kernels/gemm.h"
#include "core/kernels/kernels.h"
#include "core/passes/backward_pass.h"
#include "core/passes/expert_capacity.h"

#include <algorithm>

namespace gf::detail {

/// From the gradient of mlp_out; writes that of `in` to `din`.
void BackwardPass::feed_forward(int l, const BlockWeights& w, const Rows& in, const Rows& din) {
    done(Site::mlp_out, l);
    if (config.is_moe())
        visits_.sort(rows(Site::expert_indices, l), n, config.experts_per_token, config.n_experts);
    for (std::size_t e = 0; e < w.experts.size(); ++e) expert_out(l, w.experts[e], visits_to(e));
    done(Site::mlp_post, l);

    const bool gated = config.mlp == MlpKind::gated;
    const int width = config.expert_slots() * config.d_mlp;
    for (int r = 0; r < n; ++r) // post = act(pre) * linear
        activate_backward(config.activation, trace.row(Site::mlp_pre, l, r),
                          gated ? trace.row(Site::mlp_pre_linear, l, r) : nullptr,
                          grad.row(Site::mlp_post, l, r), grad.row(Site::mlp_pre, l, r),
                          gated ? grad.row(Site::mlp_pre_linear, l, r) : nullptr, width);
    if (gated) done(Site::mlp_pre_linear, l);
    done(Site::mlp_pre, l);

    if (config.is_moe()) zeroed(din, config.d_model);
    for (std::size_t e = 0; e < w.experts.size(); ++e) {
        const ExpertWeights& x = w.experts[e];
        expert_in(Site::mlp_pre, l, x.in, x.in_bias, visits_to(e), in, din, config.is_moe());
        if (gated) expert_in(Site::mlp_pre_linear, l, x.up, x.up_bias, visits_to(e), in, din, true);
    }
    if (config.is_moe()) unroute(l, w, in, din);
}

/// The visits' rows one after the other, in one of three places of the scratch.
Rows BackwardPass::take(const Rows& from, int width, bool by_slot, std::span<const ExpertVisit> visits,
                        int place) {
    const Rows taken{mixed_.data() + place * static_cast<std::ptrdiff_t>(mixed_.size() / 3), width};
    gather(visits, from, width, by_slot, taken);
    return taken;
}

/// mlp_out += gate (post W_out + b_out): gradients of post, gates and the expert's output weights.
void BackwardPass::expert_out(int l, const ExpertWeights& w, std::span<const ExpertVisit> visits) {
    const Rows dout = drows(Site::mlp_out, l), post = rows(Site::mlp_post, l),
               dpost = drows(Site::mlp_post, l);
    if (!config.is_moe()) return project(post, w.out, w.out_bias, dout, dpost, false);
    const int count = static_cast<int>(visits.size()), d = config.d_model, d_mlp = config.d_mlp;
    const Rows g = take(dout, d, false, visits, 0), p = take(post, d_mlp, true, visits, 1);
    const Rows dp = take(dpost, d_mlp, true, visits, 2); // overwritten
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
    weights_of(p, w.out, w.out_bias, g, count);
}

/// site = in W + bias: adds to the gradient of `in`, or sets it.
void BackwardPass::expert_in(Site site, int l, const Matrix& w, const real* bias,
                             std::span<const ExpertVisit> visits, const Rows& in, const Rows& din, bool add) {
    const Rows dsite = drows(site, l);
    if (!config.is_moe()) return project(in, w, bias, dsite, din, add);
    const int count = static_cast<int>(visits.size());
    const Rows x = take(in, config.d_model, false, visits, 0), g = take(dsite, config.d_mlp, true, visits, 1);
    weights_of(x, w, bias, g, count);
    gemm(count, w.in, w.out, {g.data, g.stride}, MatrixView{w.data, w.stride}.transposed(), x.data, x.stride);
    for (int i = 0; i < count; ++i)
        for (int j = 0; j < w.in; ++j) din.at(visits[static_cast<std::size_t>(i)].row)[j] += x.at(i)[j];
}

/// From the gradients of the gates to those of the router and, added, of `in`. Which experts were chosen is
/// taken as given.
void BackwardPass::unroute(int l, const BlockWeights& w, const Rows& in, const Rows& din) {
    done(Site::expert_gates, l);
    if (trace.shape().regularise.capacity_factor > 0)
        each_dropped_choice(trace, l, 0, n, trace.expert_load_,
                            [&](int r, int slot) { grad.row(Site::expert_gates, l, r)[slot] = 0; });
    const int k = config.experts_per_token;
    for (int r = 0; r < n; ++r) { // gate = weight / sum of the chosen weights
        const real *index = trace.row(Site::expert_indices, l, r),
                   *weight = trace.row(Site::expert_weights, l, r),
                   *dgate = grad.row(Site::expert_gates, l, r);
        const auto chosen = [&](int slot) { return static_cast<int>(index[slot]); };
        real sum = 0, weighted = 0;
        for (int s = 0; s < k; ++s) sum += weight[chosen(s)], weighted += weight[chosen(s)] * dgate[s];
        if (sum == 0) continue;
        for (int s = 0; s < k; ++s)
            grad.row(Site::expert_weights, l, r)[chosen(s)] += (dgate[s] - weighted / sum) / sum;
    }
    done(Site::expert_weights, l);
    const bool edited = !trace.edits().empty();
    for (int r = 0; r < n; ++r) { // weights = softmax(logits)
        real *scratch = mixed_.data(), *dlogits = grad.row(Site::router_logits, l, r);
        const real* p = trace.row(Site::expert_weights, l, r);
        if (edited) softmax(trace.row(Site::router_logits, l, r), scratch, config.n_experts), p = scratch;
        real* through = scratch + config.n_experts;
        softmax_backward(p, grad.row(Site::expert_weights, l, r), through, config.n_experts);
        for (int e = 0; e < config.n_experts; ++e) dlogits[e] += through[e];
    }
    done(Site::router_logits, l);
    project(in, w.router, nullptr, drows(Site::router_logits, l), din, true);
}

} // namespace gf::detail
