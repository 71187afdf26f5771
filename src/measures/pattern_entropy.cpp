#include "measures/pattern_entropy.h"

#include <algorithm>
#include <cmath>

namespace gf {

void PatternEntropy::look_at(Site pattern, int layer, int head) {
    if (pattern == pattern_ && layer == layer_ && head == head_) return;
    *this = {};
    pattern_ = pattern, layer_ = layer, head_ = head;
}

bool PatternEntropy::advance(const RunView& view, std::size_t budget) {
    if (view.source() != source_ || view.rows < rows_) {
        source_ = view.source();
        rows_ = queries_ = 0, sum_ = 0;
    }
    const SiteValues weights = view.values({pattern_, layer_});
    if (!weights.exists()) return true;
    for (std::size_t spent = 0; rows_ < weights.rows() && spent <= budget; ++rows_) {
        const auto row = weights.row(head_, rows_, row_);
        const auto n_keys =
            row.size() - static_cast<std::size_t>(std::count(row.begin(), row.end(), k_not_visible));
        spent += n_keys + 1;
        if (n_keys < 2) continue;
        ++queries_;
        for (const real w : row)
            if (w != 0 && w != k_not_visible)
                sum_ -= static_cast<double>(w) * static_cast<double>(std::log2(w));
    }
    return rows_ >= weights.rows();
}

} // namespace gf
