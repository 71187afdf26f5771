#include "app/panels/heads/score_magnitudes.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {

float ScoreMagnitudes::largest(const std::shared_ptr<const Trace>& trace, Attention attention, HeadRef head,
                               int n_rows) {
    if (trace != trace_ || attention != attention_ || head != head_) {
        trace_ = trace;
        attention_ = attention;
        head_ = head;
        largest_.assign(1, 0);
        largest_.reserve(static_cast<std::size_t>(trace->capacity()) + 1);
    }
    while (static_cast<int>(largest_.size()) <= n_rows) {
        float magnitude = largest_.back();
        for (const float score : score_row(*trace, attention, head, static_cast<int>(largest_.size()) - 1))
            if (std::isfinite(score)) magnitude = std::max(magnitude, std::abs(score));
        largest_.push_back(magnitude);
    }
    return largest_[static_cast<std::size_t>(n_rows)];
}

} // namespace gf::ui
