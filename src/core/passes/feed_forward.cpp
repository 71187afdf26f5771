// The MLP, plain or gated (GLU variants, Shazeer 2020), dense or as a sparse mixture of experts (Mixtral,
// Jiang et al. 2024). A dense MLP is one expert that every row visits with weight 1.

#include "core/kernels/kernels.h"
#include "core/passes/expert_capacity.h"
#include "core/passes/forward_pass.h"

#include <algorithm>

namespace gf::detail {

template <class F>
void Pass::each_expert(const BlockWeights& w, F f) {
    for (std::size_t e = 0; e < w.experts.size(); ++e)
        f(w.experts[e], config.is_moe() ? trace.visits_.to(e) : std::span<const ExpertVisit>());
}

void Pass::feed_forward(int l, const BlockWeights& w, const Rows& in) {
    if (config.is_moe()) {
        route(l, w, in);
        trace.visits_.sort(rows(Site::expert_indices, l), count(), config.experts_per_token,
                           config.n_experts);
    }
    const int d = config.d_model, d_mlp = config.d_mlp, slots = config.expert_slots(),
              widest = std::max(d, d_mlp);
    const Rows taken{trace.mixed_, widest},
        made{trace.mixed_ + static_cast<std::ptrdiff_t>(trace.capacity()) * widest, widest};
    // to = from W + bias: (T, width) x (width, out) -> (T, out); of experts, each for its visits, into their
    // slots of `to`
    const auto expert_product = [&](const Rows& from, int width, bool by_slot, auto matrix, auto bias,
                                    const Rows& to) {
        each_expert(w, [&](const ExpertWeights& e, std::span<const ExpertVisit> visits) {
            const Matrix& m = e.*matrix;
            if (!config.is_moe()) return project(from, m, e.*bias, to);
            gather(visits, from, width, by_slot, taken);
            const auto multiply =
                count() < k_few_rows ? product : block_product; // the pass decides, not who else visits
            multiply(taken.data, taken.stride, static_cast<int>(visits.size()), m, e.*bias, made.data,
                     made.stride);
            scatter(visits, made, m.out, to);
        });
    };
    const bool gated = config.mlp == MlpKind::gated;
    expert_product(in, d, false, &ExpertWeights::in, &ExpertWeights::in_bias, rows(Site::mlp_pre, l));
    done(Site::mlp_pre, l);
    if (gated) {
        expert_product(in, d, false, &ExpertWeights::up, &ExpertWeights::up_bias,
                       rows(Site::mlp_pre_linear, l));
        done(Site::mlp_pre_linear, l);
    }
    const int width = slots * d_mlp;
    for (int r = begin; r < end; ++r) {
        real* post = row(Site::mlp_post, l, r);
        activate(config.activation, row(Site::mlp_pre, l, r), post, width);
        if (!gated) continue;
        const real* linear = row(Site::mlp_pre_linear, l, r);
        for (int i = 0; i < width; ++i) post[i] *= linear[i];
    }
    done(Site::mlp_post, l);

    const Rows out = rows(Site::mlp_out, l);
    const Rows outs{trace.mixed_ + 2 * static_cast<std::ptrdiff_t>(trace.capacity()) * widest,
                    slots * d}; // of each slot
    expert_product(rows(Site::mlp_post, l), d_mlp, true, &ExpertWeights::out, &ExpertWeights::out_bias,
                   config.is_moe() ? outs : out);
    for (int i = 0; config.is_moe() && i < count(); ++i) {
        const real* gate = rows(Site::expert_gates, l).at(i);
        real* sum = out.at(i);
        std::fill_n(sum, d, real(0));
        for (int slot = 0; slot < slots; ++slot)
            for (int j = 0; j < d; ++j) sum[j] += gate[slot] * outs.at(i)[slot * d + j];
    }
    done(Site::mlp_out, l);
}

/// The router: softmax over all experts, the largest k, their weights renormalised to sum 1.
void Pass::route(int l, const BlockWeights& w, const Rows& in) {
    project(in, w.router, nullptr, rows(Site::router_logits, l)); // (T, d_model) x (d_model, n_experts)
    const Regularise& options = trace.shape().regularise;
    for (int r = begin; options.router_noise > 0 && r < end; ++r)
        for (int e = 0; e < config.n_experts; ++e)
            row(Site::router_logits, l, r)[e] += gf::router_noise(options, l, r, e);
    done(Site::router_logits, l);
    for (int r = begin; r < end; ++r)
        softmax(row(Site::router_logits, l, r), row(Site::expert_weights, l, r), config.n_experts);
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

} // namespace gf::detail
