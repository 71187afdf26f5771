#include "measures/score_range.h"

#include <algorithm>
#include <cmath>

namespace gf {

void ScoreRange::look_at(Site pattern, int layer, int head) {
    if (pattern == pattern_ && layer == layer_ && head == head_) return;
    *this = {};
    pattern_ = pattern, layer_ = layer, head_ = head;
}

bool ScoreRange::advance(const RunView& view, std::size_t budget) {
    const Site site = has_source_keys(pattern_) ? Site::cross_attn_scores : Site::attn_scores;
    if (view.source() != source_) {
        source_ = view.source();
        largest_.assign(1, 0);
        largest_.reserve(static_cast<std::size_t>(view.trace->capacity()) +
                         1); // so that frames allocate nothing
    }
    const SiteValues scores = view.values({site, layer_});
    if (!scores.exists()) return true;
    for (std::size_t spent = 0; static_cast<int>(largest_.size()) <= scores.rows() && spent <= budget;) {
        const auto row = scores.row(head_, static_cast<int>(largest_.size()) - 1, row_);
        float magnitude = largest_.back();
        for (const real score : row)
            if (std::isfinite(score)) magnitude = std::max(magnitude, static_cast<float>(std::abs(score)));
        largest_.push_back(magnitude);
        spent += row.size() + 1;
    }
    return static_cast<int>(largest_.size()) > scores.rows();
}

float ScoreRange::largest(int n_rows) const {
    return largest_[std::min(static_cast<std::size_t>(n_rows), largest_.size() - 1)];
}

std::optional<double> ScoreRange::value() const {
    return largest_.size() > 1 ? std::optional<double>(largest_.back()) : std::nullopt;
}

} // namespace gf
