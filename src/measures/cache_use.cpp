#include "measures/cache_use.h"

#include "core/passes/forward.h"

#include <algorithm>

namespace gf {
namespace {

/// Keys that a row sees, as the mean of all heads of all layers.
double mean_visible_keys(const Trace& trace, int row) {
    const ModelConfig& c = trace.config();
    double sum = 0;
    for (int l = 0; l < c.n_layers; ++l)
        for (const HeadGroup& group : trace.plan().groups(Site::attn_scores, l))
            sum +=
                static_cast<double>(group.heads.size()) * n_visible_keys(trace, l, group.heads.front(), row);
    return sum / (c.n_layers * c.n_heads);
}

} // namespace

int n_visible_keys(const Trace& trace, int layer, int head, int row) {
    const KeyMask& mask = trace.plan().mask(Site::attn_scores, layer, head);
    int n = mask.keys(row).size();
    mask.for_each_hidden(row, [&](int) { --n; });
    return std::max(n, 0);
}

bool is_evicted(const Trace& trace, int row, int key) {
    const auto& evicted = trace.setup().evicted;
    return std::any_of(evicted.begin(), evicted.end(), [&](const Eviction& e) {
        return row >= e.from_row && key >= e.keys[0] && key < e.keys[1];
    });
}

CacheUse cache_use(const Trace& trace, int rows) {
    const ModelConfig& c = trace.config();
    const int last = rows - 1;
    CacheUse use;
    for (int key = 0; key < rows; ++key) use.n_evicted += is_evicted(trace, last, key);
    use.added = static_cast<double>(kv_bytes_per_token(c));
    use.stored = use.added * (rows - use.n_evicted);
    const double vectors = 2.0 * c.d_head * sizeof(real); // a key and a value
    for (int l = 0; l < c.n_layers; ++l)
        for (int kv = 0; kv < c.n_kv_heads; ++kv) {
            int most = 0; // heads of a group read the same keys unless a setup hides some from one of them
            for (int h = kv * c.group_size(); h < (kv + 1) * c.group_size(); ++h)
                most = std::max(most, n_visible_keys(trace, l, h, last));
            use.read += vectors * most;
        }
    use.flops_with = flops_per_token(c, mean_visible_keys(trace, last));
    for (int row = 0; row < rows; ++row)
        use.flops_without += flops_per_token(c, mean_visible_keys(trace, row));
    return use;
}

} // namespace gf
