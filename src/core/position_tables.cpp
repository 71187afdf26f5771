#include "core/position_tables.h"

#include "core/kernels/kernels.h"

#include <algorithm>
#include <cmath>

namespace gf {

PositionTables::PositionTables(const ModelConfig& c, const Plan& plan, const RunSetup& setup)
    : n_pairs_(static_cast<std::size_t>(c.d_head / 2)), linear_(setup.rope.linear) {
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
        const double base = setup.rope.theta > 0 ? setup.rope.theta : c.layer(l).rope_theta;
        const double theta = dynamic_ntk_theta(c, base, setup.rope.dynamic_ntk, length);
        const auto same =
            std::find_if(ropes_.begin(), ropes_.end(), [&](const Rope& r) { return r.theta == theta; });
        rope_of_layer_.push_back(static_cast<int>(same - ropes_.begin()));
        if (same != ropes_.end()) continue;
        Rope& rope = ropes_.emplace_back();
        rope.theta = theta;
        for (const int p : position_)
            for (int i = 0; i < c.d_head / 2; ++i) {
                const double angle = p / linear_ * std::pow(theta, -2.0 * i / c.d_head);
                rope.cosine.push_back(static_cast<real>(std::cos(angle)));
                rope.sine.push_back(static_cast<real>(std::sin(angle)));
            }
    }
}

} // namespace gf
