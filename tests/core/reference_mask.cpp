#include "core/reference_forward.h"

#include <algorithm>

namespace gf::tests {
namespace {

/// What a rule's shape shows, written down another way than in core: sets of keys are built up.
bool rule_shows(const ModelConfig& c, const RunSetup& s, int layer, const MaskRule* rule, int query,
                int key) {
    const int own = c.layer_windows.empty() ? c.window : c.layer_windows[static_cast<std::size_t>(layer)];
    const MaskKind kind = rule && rule->kind                    ? *rule->kind
                          : !c.layer_windows.empty() && own > 0 ? MaskKind::sliding_window
                                                                : c.mask;
    const int window = rule && rule->window ? *rule->window : own;
    const bool in_window = query - window < key && key <= query;
    switch (kind) {
    case MaskKind::causal: return key <= query;
    case MaskKind::bidirectional: return true;
    case MaskKind::prefix:
        return key <= query || key < (rule && rule->n_prefix ? *rule->n_prefix : s.n_prefix);
    case MaskKind::sliding_window: return in_window;
    case MaskKind::first_and_window: return in_window || (key <= query && key < rule->size);
    case MaskKind::document:
        for (const int start : rule->starts)
            if ((query < start) != (key < start)) return false;
        return true;
    case MaskKind::block_sparse: {
        const int begin = query - query % rule->size; // of the query's block
        return key < rule->size || (key >= begin - rule->size && key < begin + 2 * rule->size);
    }
    case MaskKind::strided: {
        const int apart = std::max(query, key) - std::min(query, key);
        for (int step = 0; step <= apart; step += rule->size)
            if (step == apart) return true;
        return apart < rule->size;
    }
    case MaskKind::padding: return !(key < rule->size);
    }
    return false;
}

} // namespace

std::vector<std::vector<bool>> reference_mask(const ModelConfig& c, const RunSetup& setup, int layer,
                                              int head, int n) {
    const auto size = static_cast<std::size_t>(n);
    std::vector<std::vector<bool>> sees(size, std::vector<bool>(size));
    for (int q = 0; q < n; ++q)
        for (int k = 0; k < n; ++k) {
            const auto place = [&](int row) {
                return setup.mask_by_position && std::size_t(row) < setup.order.size()
                           ? setup.order[std::size_t(row)]
                           : row;
            };
            bool seen = rule_shows(c, setup, layer, nullptr, place(q), place(k));
            for (const MaskRule& rule : setup.masks) {
                if (!among(rule.layers, layer) || !among(rule.heads, head)) continue;
                if (rule.kind || rule.window || rule.n_prefix) {
                    const bool shown = rule_shows(c, setup, layer, &rule, place(q), place(k));
                    if (rule.join == MaskJoin::replace) seen = shown;
                    if (rule.join == MaskJoin::both && !shown) seen = false;
                    if (rule.join == MaskJoin::either && shown) seen = true;
                }
                for (const PaintedCells& p : rule.painted)
                    if (place(q) >= p.rows[0] && (p.rows[1] < 0 || place(q) < p.rows[1]) &&
                        place(k) >= p.keys[0] && (p.keys[1] < 0 || place(k) < p.keys[1]))
                        seen = p.visible;
            }
            for (const Eviction& e : setup.evicted)
                if (q >= e.from_row && k >= e.keys[0] && k < e.keys[1]) seen = false;
            sees[std::size_t(q)][std::size_t(k)] = seen;
        }
    return sees;
}

} // namespace gf::tests
