#include "measures/value_lengths.h"

#include "core/kernels/kernels.h"

#include <cmath>
#include <numeric>

namespace gf {

void ValueLengths::look_at(Site pattern, int layer, int head) {
    if (pattern == pattern_ && layer == layer_ && head == head_) return;
    *this = {};
    pattern_ = pattern, layer_ = layer, head_ = head;
}

bool ValueLengths::advance(const RunView& view, std::size_t budget) {
    const RunView run{.trace = view.trace, .rows = view.rows};
    if (run.source() != source_) {
        source_ = run.source();
        lengths_.clear();
        lengths_.reserve(static_cast<std::size_t>(view.trace->capacity())); // so that frames allocate nothing
    }
    const Site site = has_source_keys(pattern_) ? Site::cross_v : Site::v;
    const SiteValues values = run.values({site, layer_});
    if (!values.exists()) return true;
    const ModelConfig& c = view.config();
    const int kv_head = head_ / c.group_size();
    for (std::size_t spent = 0; static_cast<int>(lengths_.size()) < values.rows() && spent <= budget;
         spent += static_cast<std::size_t>(c.d_head)) {
        const real* v = run.trace->row(site, layer_, static_cast<int>(lengths_.size())) + kv_head * c.d_head;
        lengths_.push_back(std::sqrt(dot(v, v, c.d_head)));
    }
    return static_cast<int>(lengths_.size()) >= values.rows();
}

std::optional<double> ValueLengths::value() const {
    if (lengths_.empty()) return std::nullopt;
    return std::accumulate(lengths_.begin(), lengths_.end(), 0.0) / static_cast<double>(lengths_.size());
}

} // namespace gf
