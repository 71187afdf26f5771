#include "measures/attention_rollout.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace gf {

void AttentionRollout::look_at(int row) {
    if (row == wanted_) return;
    wanted_ = row;
    row_ = -1;
}

void AttentionRollout::start(const RunView& view, int row) {
    source_ = view.source();
    row_ = row;
    layer_ = view.config().n_layers - 1;
    next_ = 0;
    const auto n = static_cast<std::size_t>(view.rows);
    shares_.assign(n, 0);
    below_.assign(n, 0);
    shares_[static_cast<std::size_t>(row)] = 1;
    missing_ = {};
    for (int l = 0; l < view.config().n_layers && missing_.empty(); ++l)
        missing_ = view.values({Site::pattern, l}).missing();
}

bool AttentionRollout::advance(const RunView& of, std::size_t budget) {
    const RunView view{.trace = of.trace, .rows = of.rows};
    if (view.rows == 0) return true;
    const int row = wanted_ == k_last_row ? view.rows - 1 : std::min(wanted_, view.rows - 1);
    if (view.source() != source_ || row != row_ || static_cast<std::size_t>(view.rows) < shares_.size())
        start(view, row);
    if (!missing_.empty()) return true;
    const auto n = static_cast<int>(shares_.size());
    for (std::size_t spent = 0; layer_ >= 0 && spent <= budget;) {
        if (next_ < n) {
            // A row that has no share has nothing to spread: none behind the row in view, if masks are
            // causal.
            if (shares_[static_cast<std::size_t>(next_)] != 0) {
                spread(view, next_);
                spent += mixed_.size() * static_cast<std::size_t>(view.config().n_heads);
            }
            ++next_;
        } else {
            shares_.swap(below_);
            std::fill(below_.begin(), below_.end(), 0.0);
            next_ = 0;
            --layer_;
        }
    }
    return layer_ < 0;
}

/// Adds what a row hands down through the layer: half of its share to itself, half by its mean pattern.
void AttentionRollout::spread(const RunView& view, int from) {
    const SiteValues weights = view.values({Site::pattern, layer_});
    mixed_.assign(static_cast<std::size_t>(weights.n_columns(from)), 0);
    for (int head = 0; head < weights.heads(); ++head) {
        const auto row = weights.row(head, from, scratch_);
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i] != k_not_visible) mixed_[i] += static_cast<double>(row[i]);
    }
    const int n_heads = weights.heads();
    const double sum = std::accumulate(mixed_.begin(), mixed_.end(), 0.0) / n_heads;
    const double half = shares_[static_cast<std::size_t>(from)] / (1 + sum); // so that the row sums to 1
    below_[static_cast<std::size_t>(from)] += half;
    const auto first = static_cast<std::size_t>(view.trace->keys(from).first);
    const std::size_t n = std::min(mixed_.size(), below_.size() - first);
    for (std::size_t i = 0; i < n; ++i) below_[first + i] += half * mixed_[i] / n_heads;
}

nlohmann::ordered_json AttentionRollout::result() const {
    nlohmann::ordered_json out{{"row", row_}, {"shares", shares_}};
    if (!missing_.empty()) out["missing"] = missing_;
    return out;
}

} // namespace gf
