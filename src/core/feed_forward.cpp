// The MLP, plain or gated (GLU variants, Shazeer 2020), dense or as a sparse mixture of experts (Mixtral, Jiang et al. 2024). A
// dense MLP is one expert that every row visits with weight 1.

#include "core/capacity.h"
#include "core/kernels.h"
#include "core/pass.h"

#include <algorithm>

namespace gf {

template <class F>
void Pass::each_expert(int l, const BlockWeights& w, F f) {
    if (!config.is_moe()) return f(w.experts[0], 0, begin, count());
    for (int r = begin; r < end; ++r)
        for (int slot = 0; slot < config.experts_per_token; ++slot)
            f(w.experts[static_cast<std::size_t>(row(Site::expert_indices, l, r)[slot])], slot, r, 1);
}

void Pass::feed_forward(int l, const BlockWeights& w, const Rows& in) {
    if (config.is_moe()) route(l, w, in);
    const int d_mlp = config.d_mlp;
    auto part = [&](Site site, int slot, int r) { return row(site, l, r) + slot * d_mlp; };
    auto project_to = [&](Site site, auto matrix, auto bias) { // (T, d_model) x (d_model, d_mlp) -> (T, d_mlp)
        each_expert(l, w, [&](const ExpertWeights& e, int slot, int r, int n) {
            product(in.at(r - begin), in.stride, n, e.*matrix, e.*bias, part(site, slot, r),
                    static_cast<std::ptrdiff_t>(trace.row_stride(site)));
        });
        done(site, l);
    };
    const bool gated = config.mlp == MlpKind::gated;
    project_to(Site::mlp_pre, &ExpertWeights::in, &ExpertWeights::in_bias);
    if (gated) project_to(Site::mlp_pre_linear, &ExpertWeights::up, &ExpertWeights::up_bias);
    const int width = config.expert_slots() * d_mlp;
    for (int r = begin; r < end; ++r) {
        real* post = row(Site::mlp_post, l, r);
        activate(config.activation, row(Site::mlp_pre, l, r), post, width);
        if (!gated) continue;
        const real* linear = row(Site::mlp_pre_linear, l, r);
        for (int i = 0; i < width; ++i) post[i] *= linear[i];
    }
    done(Site::mlp_post, l);
    const Rows out = rows(Site::mlp_out, l);
    each_expert(l, w, [&](const ExpertWeights& e, int slot, int r, int n) { // (T, d_mlp) x (d_mlp, d_model) -> (T, d_model)
        real* to = config.is_moe() ? trace.scratch_ : out.at(r - begin);
        product(part(Site::mlp_post, slot, r), static_cast<std::ptrdiff_t>(trace.row_stride(Site::mlp_post)), n, e.out,
                e.out_bias, to, out.stride);
        if (!config.is_moe()) return;
        const real gate = row(Site::expert_gates, l, r)[slot];
        real* sum = out.at(r - begin);
        if (slot == 0) std::fill_n(sum, config.d_model, real(0));
        for (int i = 0; i < config.d_model; ++i) sum[i] += gate * to[i];
    });
    done(Site::mlp_out, l);
}

/// The router: softmax over all experts, the largest k, their weights renormalised to sum 1.
void Pass::route(int l, const BlockWeights& w, const Rows& in) {
    project(in, w.router, nullptr, rows(Site::router_logits, l)); // (T, d_model) x (d_model, n_experts)
    const Regularise& options = trace.shape().regularise;
    for (int r = begin; options.router_noise > 0 && r < end; ++r)
        for (int e = 0; e < config.n_experts; ++e) row(Site::router_logits, l, r)[e] += gf::router_noise(options, l, r, e);
    done(Site::router_logits, l);
    for (int r = begin; r < end; ++r) softmax(row(Site::router_logits, l, r), row(Site::expert_weights, l, r), config.n_experts);
    done(Site::expert_weights, l);
    const int k = config.experts_per_token;
    for (int r = begin; r < end; ++r) {
        const real* weight = row(Site::expert_weights, l, r);
        real *index = row(Site::expert_indices, l, r), *gate = row(Site::expert_gates, l, r);
        real sum = 0;
        for (int slot = 0; slot < k; ++slot) { // selection: k is small; among equals the lower index wins
            int best = -1;
            for (int e = 0; e < config.n_experts; ++e) {
                const bool taken = std::find(index, index + slot, static_cast<real>(e)) != index + slot;
                if (!taken && (best < 0 || weight[e] > weight[best])) best = e;
            }
            index[slot] = static_cast<real>(best);
            gate[slot] = weight[best];
            sum += weight[best];
        }
        for (int slot = 0; slot < k; ++slot) gate[slot] = sum != 0 ? gate[slot] / sum : real(0);
    }
    if (options.capacity_factor > 0)
        each_dropped_choice(trace, l, begin, end, trace.expert_load_,
                            [&](int r, int slot) { row(Site::expert_gates, l, r)[slot] = 0; });
    done(Site::expert_gates, l);
}

} // namespace gf
