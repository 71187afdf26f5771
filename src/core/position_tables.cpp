#include "core/position_tables.h"

#include "core/kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace gf {

PositionTables::PositionTables(const ModelConfig& c, const Plan& plan)
    : n_pairs_(static_cast<std::size_t>(c.layer(-1).d_rotary / 2)) {
    bool any_rope = false;
    for (int l = 0; l < c.n_layers; ++l) {
        any_rope |= c.layer(l).positions == Positions::rope;
        if (c.layer(l).positions == Positions::alibi && slopes_.empty()) slopes_ = alibi_slopes(c.n_heads);
    }
    const int n_rows = plan.segments().back().end;
    if (c.positions == Positions::buckets) {
        int last = 0;
        for (int t = 0; t < n_rows; ++t) last = std::max(last, plan.row(t).position);
        make_buckets(c, last + 1);
    }
    if (!any_rope) return;
    for (int t = 0; t < n_rows; ++t) position_.push_back(plan.row(t).position);
    std::sort(position_.begin(), position_.end());
    position_.erase(std::unique(position_.begin(), position_.end()), position_.end());
    for (int t = 0; t < n_rows; ++t)
        index_.push_back(static_cast<std::size_t>(
            std::lower_bound(position_.begin(), position_.end(), plan.row(t).position) - position_.begin()));
    const int length = position_.back() + 1;
    for (int l = 0; l < c.n_layers; ++l) {
        const LayerConfig layer = c.layer(l);
        if (layer.positions != Positions::rope) {
            table_of_layer_.push_back(-1);
            continue;
        }
        ScaledRope rope =
            scaled_rope(*layer.rope_scaling, {layer.rope_theta, layer.d_rotary, c.n_ctx}, length);
        const auto same =
            std::find_if(tables_.begin(), tables_.end(), [&](const Table& t) { return t.rope == rope; });
        table_of_layer_.push_back(static_cast<int>(same - tables_.begin()));
        if (same != tables_.end()) continue;
        Table& table = tables_.emplace_back();
        for (const int p : position_)
            for (std::size_t i = 0; i < n_pairs_; ++i) {
                const double angle = p *
                                     std::pow(rope.theta, -2.0 * static_cast<double>(i) / layer.d_rotary) /
                                     rope.stretch[i];
                table.cosine.push_back(static_cast<real>(rope.attention_factor * std::cos(angle)));
                table.sine.push_back(static_cast<real>(rope.attention_factor * std::sin(angle)));
            }
        table.rope = std::move(rope);
    }
}

/// T5's buckets (Raffel et al. 2020, 2.1): one for each small distance, then ever wider ones up to
/// bucket_max_distance. A model that reads both ways has half of them for each. Single precision as in the
/// authors' code, since it decides on which side of a border a distance falls.
void PositionTables::make_buckets(const ModelConfig& c, int length) {
    const bool both_ways = c.mask == MaskKind::bidirectional;
    const int n = both_ways ? c.n_buckets / 2 : c.n_buckets, n_exact = n / 2;
    const auto range = static_cast<float>(std::log(double(c.bucket_max_distance) / n_exact));
    for (int distance = 0; distance < length; ++distance) {
        int bucket = distance;
        if (distance >= n_exact) {
            const float share = std::log(static_cast<float>(distance) / static_cast<float>(n_exact)) / range;
            bucket = std::min(n_exact + static_cast<int>(share * static_cast<float>(n - n_exact)), n - 1);
        }
        buckets_behind_.push_back(bucket);
        buckets_ahead_.push_back(both_ways ? n + bucket : 0);
    }
}

} // namespace gf
