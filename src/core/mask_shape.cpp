#include "core/mask_shape.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace gf {

bool shows(const MaskShape& m, int query, int key) {
    // A window of 2^30 and a negative difference of positions fit into 64 bits.
    const auto distance = static_cast<std::int64_t>(query) - key;
    const bool is_past = distance >= 0;
    switch (m.kind) {
    case MaskKind::causal: return is_past;
    case MaskKind::bidirectional: return true;
    case MaskKind::prefix: return is_past || key < m.n_prefix;
    case MaskKind::sliding_window: return is_past && distance < m.window;
    case MaskKind::first_and_window: return is_past && (distance < m.window || key < m.size);
    case MaskKind::document: {
        const auto document = [&](int token) {
            return std::upper_bound(m.starts.begin(), m.starts.end(), token) - m.starts.begin();
        };
        return document(query) == document(key);
    }
    case MaskKind::block_sparse: return std::abs(query / m.size - key / m.size) <= 1 || key < m.size;
    case MaskKind::strided: return std::abs(distance) < m.size || distance % m.size == 0;
    case MaskKind::padding: return key >= m.size;
    }
    return false;
}

bool looks_ahead(MaskKind kind) {
    return kind != MaskKind::causal && kind != MaskKind::sliding_window && kind != MaskKind::first_and_window;
}

bool has_window(MaskKind kind) {
    return kind == MaskKind::sliding_window || kind == MaskKind::first_and_window;
}

bool has_size(MaskKind kind) {
    return kind == MaskKind::first_and_window || kind == MaskKind::block_sparse ||
           kind == MaskKind::strided || kind == MaskKind::padding;
}

} // namespace gf
