// The MLP, plain or gated (GLU variants, Shazeer 2020), dense or as a sparse mixture of experts (Mixtral,
// Jiang et al. 2024). A dense MLP is one expert that every row visits with weight 1.
//     plain   y = act(x W_in + b_in) W_out + b_out
//     gated   y = (act(x W_in + b_in) * (x W_up + b_up)) W_out + b_out
//     sparse  y = sum over the row's slots of gate * y of the slot's expert; a shared expert's gate is 1

#include "core/expert_capacity.h"
#include "core/kernels/kernels.h"
#include "core/passes/forward_pass.h"
#include "core/passes/router_weights.h"

#include <algorithm>
#include <limits>

namespace gf::detail {

template <class F>
void ForwardPass::for_each_expert(int l, const BlockWeights& w, F f) {
    const bool moe = config.layer(l).is_moe();
    for (std::size_t e = 0; e < w.experts.size(); ++e)
        f(w.experts[e], moe ? trace.visits_.of_expert(e) : std::span<const ExpertVisit>());
}

void ForwardPass::feed_forward(int l, const BlockWeights& w, const Rows& in) {
    const LayerConfig layer = config.layer(l);
    const bool gated = layer.mlp == MlpKind::gated, moe = layer.is_moe();
    const int d = config.d_model, d_mlp = config.d_mlp, slots = config.expert_slots(),
              widest = std::max(d, d_mlp);
    if (moe) {
        route(l, w, in);
        const Rows chosen = rows(Site::expert_indices, l);
        trace.visits_.group_by_expert(n_rows(), slots, config.n_mlps(), [&](int i, int slot) {
            return trace.plan().experts(l, begin + i).visited(static_cast<int>(chosen.at(i)[slot]));
        });
    }
    // Three places in the scratch of a mixture: what an expert reads, what it writes, the output of each
    // slot.
    const std::ptrdiff_t place_size = static_cast<std::ptrdiff_t>(trace.capacity()) * widest;
    const Rows expert_in{trace.expert_scratch_, widest},
        expert_out{trace.expert_scratch_ + place_size, widest},
        slot_out{trace.expert_scratch_ + 2 * place_size, slots * d};
    // to = from W + bias: (T, width) x (width, out) -> (T, out). Each expert of a mixture computes its visits
    // only and writes them into their slots of `to`: (visits, width) x (width, out) -> (visits, out).
    const auto project_by_experts = [&](const Rows& from, int width, bool by_slot, auto matrix, auto bias,
                                        const Rows& to) {
        for_each_expert(l, w, [&](const ExpertWeights& e, std::span<const ExpertVisit> visits) {
            const Matrix& m = e.*matrix;
            if (!moe) return project(from, m, e.*bias, to);
            gather(visits, from, width, by_slot, expert_in);
            // The size of the pass decides, so that a row's sums do not depend on who else visits the expert.
            const auto multiply = n_rows() < k_few_rows ? linear : linear_by_gemm;
            multiply(expert_in.data, expert_in.stride, static_cast<int>(visits.size()), m, e.*bias,
                     expert_out.data, expert_out.stride);
            scatter(visits, expert_out, m.out, to);
        });
    };

    // (T, d_model) x (d_model, d_mlp) -> (T, d_mlp)
    project_by_experts(in, d, false, &ExpertWeights::in, &ExpertWeights::in_bias, rows(Site::mlp_pre, l));
    hook(Site::mlp_pre, l);
    if (gated) {
        // (T, d_model) x (d_model, d_mlp) -> (T, d_mlp)
        project_by_experts(in, d, false, &ExpertWeights::up, &ExpertWeights::up_bias,
                           rows(Site::mlp_pre_linear, l));
        hook(Site::mlp_pre_linear, l);
    }

    // post = act(pre), times pre_linear if gated
    const int width = slots * d_mlp;
    for (int r = begin; r < end; ++r) {
        real* post = row(Site::mlp_post, l, r);
        activate(config.activation, row(Site::mlp_pre, l, r), post, width);
        if (!gated) continue;
        const real* pre_linear = row(Site::mlp_pre_linear, l, r);
        for (int i = 0; i < width; ++i) post[i] *= pre_linear[i];
    }
    hook(Site::mlp_post, l);

    // (T, d_mlp) x (d_mlp, d_model) -> (T, d_model)
    const Rows out = rows(feed_forward_out(config), l);
    project_by_experts(rows(Site::mlp_post, l), d_mlp, true, &ExpertWeights::out, &ExpertWeights::out_bias,
                       moe ? slot_out : out);
    for (int i = 0; moe && i < n_rows(); ++i) { // out = sum over slots of gate * the slot's output
        const real* gate = rows(Site::expert_gates, l).at(i);
        real* sum = out.at(i);
        std::fill_n(sum, d, real(0));
        for (int slot = 0; slot < slots; ++slot)
            for (int j = 0; j < d; ++j) sum[j] += gate[slot] * slot_out.at(i)[slot * d + j];
    }
    hook(feed_forward_out(config), l);
}

/// The router: weights = softmax or sigmoid of x W_router, the gates are those of the k experts that are
/// chosen. An expert that the setup turns off has a logit of -inf.
void ForwardPass::route(int l, const BlockWeights& w, const Rows& in) {
    project(in, w.router, nullptr, rows(Site::router_logits, l)); // (T, d_model) x (d_model, n_experts)
    const Regularise& options = trace.setup().regularise;
    for (int r = begin; options.router_noise > 0 && r < end; ++r)
        for (int e = 0; e < config.n_experts; ++e)
            row(Site::router_logits, l, r)[e] += gf::router_noise(options, l, r, e);
    for (int r = begin; r < end; ++r)
        for (int e = 0; e < config.n_experts; ++e)
            if (trace.plan().experts(l, r).is_off(e))
                row(Site::router_logits, l, r)[e] = -std::numeric_limits<real>::infinity();
    hook(Site::router_logits, l);
    for (int r = begin; r < end; ++r)
        router_weights(config.layer(l).router, row(Site::router_logits, l, r),
                       row(Site::expert_weights, l, r), config.n_experts);
    hook(Site::expert_weights, l);
    choose_experts(l, w);
    if (trace.setup().capacity_factor > 0)
        for_each_dropped_choice(trace, l, begin, end, trace.expert_load_,
                                [&](int r, int slot) { row(Site::expert_gates, l, r)[slot] = 0; });
    hook(Site::expert_gates, l);
}

/// Writes the experts that each row chooses by their weights, and the router's bias if it has one, in the
/// order of ExpertChoice::comes_before(), and their gates. Slots beyond the number of experts that count for
/// the row have the gate 0, the shared experts' slots behind them the gate 1.
void ForwardPass::choose_experts(int l, const BlockWeights& w) {
    const int slots = config.experts_per_token;
    const bool renormalised = config.layer(l).renormalised_gates;
    for (int r = begin; r < end; ++r) {
        const ExpertChoice& choice = trace.plan().experts(l, r);
        const int k = choice.per_token;
        const real* weight = row(Site::expert_weights, l, r);
        real *index = row(Site::expert_indices, l, r), *gate = row(Site::expert_gates, l, r);
        const auto score = [&](int e) { return weight[e] + (w.router_bias ? w.router_bias[e] : 0); };
        real sum = 0;
        for (int slot = 0; slot < slots; ++slot) { // few, so each one looks through all experts
            int best = -1;
            for (int e = 0; e < config.n_experts; ++e) {
                const bool taken = std::find(index, index + slot, static_cast<real>(e)) != index + slot;
                if (!taken && (best < 0 || choice.comes_before(e, score(e), best, score(best)))) best = e;
            }
            index[slot] = static_cast<real>(best);
            gate[slot] = slot < k ? weight[best] : real(0);
            sum += gate[slot];
        }
        for (int slot = 0; renormalised && slot < k; ++slot)
            gate[slot] = sum != 0 ? gate[slot] / sum : real(0);
        if (choice.one_forced()) gate[0] = 1; // even if the router gives it no weight
        for (int i = 0; i < config.n_shared_experts; ++i) {
            index[slots + i] = static_cast<real>(config.n_experts + i);
            gate[slots + i] = 1;
        }
    }
}

} // namespace gf::detail
