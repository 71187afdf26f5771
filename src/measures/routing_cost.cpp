#include "measures/routing_cost.h"

#include "core/passes/forward.h"
#include "measures/cache_use.h"

namespace gf {
namespace {

/// A model of the same shape with one MLP as wide as n of the experts.
ModelConfig dense_twin(ModelConfig c, int n) {
    c.n_experts = c.experts_per_token = c.n_shared_experts = 0;
    c.router = RouterKind::softmax;
    c.router_bias = false;
    c.renormalised_gates = true;
    c.d_mlp *= n;
    return c;
}

TokenCost cost_of(const ModelConfig& c, double n_keys) {
    const double embedding = c.tied_embeddings ? 0 : static_cast<double>(c.d_vocab) * c.d_model;
    return {flops_per_token(c, n_keys), (static_cast<double>(param_count(c)) - embedding) * sizeof(real)};
}

} // namespace

RoutingCost routing_cost(const Trace& trace, int rows) {
    const ModelConfig& c = trace.config();
    double n_visits = 0, n_keys = 0;
    for (int l = 0; l < c.n_layers; ++l) {
        for (int r = 0; r < rows; ++r) {
            const real* gate = trace.row(Site::expert_gates, l, r);
            for (int slot = 0; slot < c.expert_slots(); ++slot) n_visits += gate[slot] != 0;
        }
        for (int h = 0; h < c.n_heads; ++h) n_keys += n_visible_keys(trace, l, h, rows - 1);
    }
    n_keys /= c.n_layers * c.n_heads;
    RoutingCost cost;
    cost.visits = n_visits / (static_cast<double>(rows) * c.n_layers);
    cost.all = cost_of(dense_twin(c, c.n_mlps()), n_keys);
    cost.active = cost_of(dense_twin(c, c.expert_slots()), n_keys);
    const TokenCost one = cost_of(dense_twin(c, 1), n_keys), two = cost_of(dense_twin(c, 2), n_keys);
    cost.run.flops = flops_per_token(c, n_keys) + (cost.visits - c.expert_slots()) * (two.flops - one.flops);
    cost.run.bytes = cost_of(c, n_keys).bytes + (cost.visits - c.n_mlps()) * (two.bytes - one.bytes);
    return cost;
}

} // namespace gf
