#include "measures/router_load.h"

#include "core/expert_capacity.h"
#include "core/kernels/kernels.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gf {

double load_variation(std::span<const double> visits) {
    const auto n = static_cast<double>(visits.size());
    const double mean = std::accumulate(visits.begin(), visits.end(), 0.0) / n;
    double square = 0;
    for (const double x : visits) square += (x - mean) * (x - mean) / n;
    return mean > 0 ? std::sqrt(square) / mean : 0;
}

void RouterLoads::start(const RunView& view) {
    const ModelConfig& c = view.config();
    source_ = view.source();
    rows_ = 0;
    sums_.clear();
    loads_.clear();
    if (!c.is_moe() || !view.trace->kept(Site::expert_indices, 0)) return;
    const auto n = static_cast<std::size_t>(c.n_experts);
    sums_.assign(static_cast<std::size_t>(c.n_layers), {0, 0, std::vector<double>(n)});
    RouterLoad none;
    none.visits.resize(n);
    none.dropped.resize(n);
    loads_.assign(sums_.size(), none);
    n_taken_.resize(n);
}

bool RouterLoads::advance(const RunView& view, std::size_t budget) {
    if (view.source() != source_ || rows_ > view.rows) start(view);
    if (rows_ == view.rows) return true;
    const ModelConfig& c = view.config();
    const std::size_t cost = 4 * static_cast<std::size_t>(c.n_layers * std::max(c.n_experts, 1));
    const std::size_t n_rows = std::clamp(budget / cost, std::size_t{1}, std::size_t{1} << 30);
    const int end = static_cast<int>(
        std::min(static_cast<std::size_t>(view.rows), static_cast<std::size_t>(rows_) + n_rows));
    for (; rows_ < end; ++rows_)
        for (int l = 0; l < static_cast<int>(loads_.size()); ++l) add(*view.trace, l, rows_);
    finish(*view.trace);
    return rows_ == view.rows;
}

void RouterLoads::add(const Trace& trace, int layer, int row) {
    const ModelConfig& c = trace.config();
    if (trace.plan(row).padding) return;
    Sums& sums = sums_[static_cast<std::size_t>(layer)];
    RouterLoad& load = loads_[static_cast<std::size_t>(layer)];
    const real *weights = trace.row(Site::expert_weights, layer, row),
               *chosen = trace.row(Site::expert_indices, layer, row);
    const double all = std::accumulate(weights, weights + c.n_experts, 0.0);
    for (int e = 0; e < c.n_experts; ++e) {
        const double p = all > 0 ? static_cast<double>(weights[e]) / all : 0;
        sums.weight[static_cast<std::size_t>(e)] += p;
        if (p > 0) sums.entropy -= p * std::log2(p);
    }
    const auto log_sum =
        static_cast<double>(log_sum_exp(trace.row(Site::router_logits, layer, row), c.n_experts));
    sums.squared_log_sum += log_sum * log_sum;
    const int per_token = trace.plan().experts(layer, row).per_token;
    for (int slot = 0; slot < per_token; ++slot) ++load.visits[static_cast<std::size_t>(chosen[slot])];
    load.n_visits += per_token;
}

/// The figures of the rows that were added so far.
void RouterLoads::finish(const Trace& trace) {
    const bool whole = rows_ == trace.n_tokens() && trace.setup().capacity_factor > 0;
    for (std::size_t l = 0; l < loads_.size(); ++l) {
        RouterLoad& load = loads_[l];
        const std::vector<double> visits(load.visits.begin(), load.visits.end());
        load.variation = load_variation(visits);
        load.entropy = sums_[l].entropy / rows_;
        load.z_loss = sums_[l].squared_log_sum / rows_;
        load.switch_loss = 0;
        for (std::size_t e = 0; e < visits.size(); ++e)
            load.switch_loss += static_cast<double>(visits.size()) * load.share(static_cast<int>(e)) *
                                sums_[l].weight[e] / rows_;
        if (!whole) continue;
        const int layer = static_cast<int>(l);
        std::ranges::fill(load.dropped, 0);
        load.n_dropped = 0;
        for_each_dropped_choice(trace, layer, 0, rows_, n_taken_, [&](int row, int slot) {
            ++load.dropped[static_cast<std::size_t>(trace.row(Site::expert_indices, layer, row)[slot])];
            ++load.n_dropped;
        });
    }
}

nlohmann::ordered_json RouterLoads::result() const {
    auto layers = nlohmann::ordered_json::array();
    for (const RouterLoad& load : loads_)
        layers.push_back({{"visits", load.visits},
                          {"dropped", load.dropped},
                          {"variation", load.variation},
                          {"entropy", load.entropy},
                          {"switch_loss", load.switch_loss},
                          {"z_loss", load.z_loss}});
    return layers;
}

} // namespace gf
