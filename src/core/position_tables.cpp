#include "core/position_tables.h"

#include "core/kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace gf {

PositionTables::PositionTables(const ModelConfig& c, const Plan& plan)
    : n_pairs_(static_cast<std::size_t>(c.d_head / 2)) {
    bool any_rope = false;
    for (int l = 0; l < c.n_layers; ++l) {
        any_rope |= c.layer(l).positions == Positions::rope;
        if (c.layer(l).positions == Positions::alibi && slopes_.empty()) slopes_ = alibi_slopes(c.n_heads);
    }
    if (!any_rope) return;
    const int n_rows = plan.segments().back().end;
    for (int t = 0; t < n_rows; ++t) position_.push_back(plan.row(t).position);
    std::sort(position_.begin(), position_.end());
    position_.erase(std::unique(position_.begin(), position_.end()), position_.end());
    for (int t = 0; t < n_rows; ++t)
        index_.push_back(static_cast<std::size_t>(
            std::lower_bound(position_.begin(), position_.end(), plan.row(t).position) - position_.begin()));
    const int length = position_.back() + 1;
    for (int l = 0; l < c.n_layers; ++l) {
        const LayerConfig layer = c.layer(l);
        ScaledRope rope = scaled_rope(*layer.rope_scaling, {layer.rope_theta, c.d_head, c.n_ctx}, length);
        const auto same =
            std::find_if(tables_.begin(), tables_.end(), [&](const Table& t) { return t.rope == rope; });
        table_of_layer_.push_back(static_cast<int>(same - tables_.begin()));
        if (same != tables_.end()) continue;
        Table& table = tables_.emplace_back();
        for (const int p : position_)
            for (std::size_t i = 0; i < n_pairs_; ++i) {
                const double angle =
                    p * std::pow(rope.theta, -2.0 * static_cast<double>(i) / c.d_head) / rope.stretch[i];
                table.cosine.push_back(static_cast<real>(rope.attention_factor * std::cos(angle)));
                table.sine.push_back(static_cast<real>(rope.attention_factor * std::sin(angle)));
            }
        table.rope = std::move(rope);
    }
}

} // namespace gf
