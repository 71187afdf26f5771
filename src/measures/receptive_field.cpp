#include "measures/receptive_field.h"

#include <algorithm>

namespace gf {

namespace {

/// Calls f(key) for the keys below n_rows that some head of the layer shows to the row.
template <class F>
void for_each_key(const Plan& plan, int layer, int row, int n_rows, F f) {
    for (const HeadGroup& heads : plan.groups(Site::attn_scores, layer))
        heads.mask->for_each_run(row, [&](int begin, int end) {
            for (int key = begin; key < std::min(end, n_rows); ++key) f(key);
        });
}

bool see_the_same(const KeyMask& a, const KeyMask& b, int row) {
    if (!(a.keys(row) == b.keys(row))) return a.keys(row).size() == 0 && b.keys(row).size() == 0;
    bool same = true;
    if (a.has_gaps() || b.has_gaps())
        for (int key = a.keys(row).begin; key < a.keys(row).end && same; ++key)
            same = a.visible(row, key) == b.visible(row, key);
    return same;
}

} // namespace

ReceptiveField receptive_field(const Plan& plan, const ModelConfig& config, int n_rows, int row) {
    const auto n_layers = static_cast<std::size_t>(config.n_layers);
    ReceptiveField field(n_layers + 1, std::vector<bool>(static_cast<std::size_t>(n_rows)));
    field[n_layers][static_cast<std::size_t>(row)] = true;
    for (int l = config.n_layers - 1; l >= 0; --l) {
        const std::vector<bool>& after = field[static_cast<std::size_t>(l) + 1];
        std::vector<bool>& before = field[static_cast<std::size_t>(l)];
        before = after;
        for (int query = 0; query < n_rows; ++query)
            if (after[static_cast<std::size_t>(query)])
                for_each_key(plan, l, query, n_rows,
                             [&](int key) { before[static_cast<std::size_t>(key)] = true; });
    }
    return field;
}

ReceptiveField spread_of(const Plan& plan, const ModelConfig& config, int n_rows, int token) {
    const auto n_layers = static_cast<std::size_t>(config.n_layers);
    ReceptiveField field(n_layers + 1, std::vector<bool>(static_cast<std::size_t>(n_rows)));
    field[0][static_cast<std::size_t>(token)] = true;
    for (int l = 0; l < config.n_layers; ++l) {
        const std::vector<bool>& before = field[static_cast<std::size_t>(l)];
        std::vector<bool>& after = field[static_cast<std::size_t>(l) + 1];
        after = before;
        for (int query = 0; query < n_rows; ++query)
            for_each_key(plan, l, query, n_rows, [&](int key) {
                if (before[static_cast<std::size_t>(key)]) after[static_cast<std::size_t>(query)] = true;
            });
    }
    return field;
}

bool some_head_sees(const Plan& plan, int layer, int query, int key) {
    const auto& groups = plan.groups(Site::attn_scores, layer);
    return std::any_of(groups.begin(), groups.end(),
                       [&](const HeadGroup& heads) { return heads.mask->visible(query, key); });
}

int n_reached(const ReceptiveField& field, int level) {
    const std::vector<bool>& tokens = field[static_cast<std::size_t>(level)];
    return static_cast<int>(std::count(tokens.begin(), tokens.end(), true));
}

std::vector<bool> rows_reached(const Plan& a, const Plan& b, const ModelConfig& config, int n_rows) {
    std::vector<bool> reached(static_cast<std::size_t>(n_rows));
    for (int l = 0; l < config.n_layers; ++l) {
        const std::vector<bool> before = reached; // the rows that enter the layer
        for (int row = 0; row < n_rows; ++row) {
            bool is_reached = before[static_cast<std::size_t>(row)];
            for (int h = 0; h < config.n_heads && !is_reached; ++h)
                is_reached =
                    !see_the_same(a.mask(Site::attn_scores, l, h), b.mask(Site::attn_scores, l, h), row);
            if (!is_reached)
                for_each_key(b, l, row, n_rows,
                             [&](int key) { is_reached |= before[static_cast<std::size_t>(key)]; });
            reached[static_cast<std::size_t>(row)] = is_reached;
        }
    }
    return reached;
}

MaskCost mask_cost(const Plan& plan, int layer, int head, int n_rows) {
    const KeyMask& mask = plan.mask(Site::attn_scores, layer, head);
    MaskCost cost{.all = static_cast<long long>(n_rows) * n_rows};
    for (int row = 0; row < n_rows; ++row) {
        cost.computed += std::max(0, std::min(mask.keys(row).end, n_rows) - mask.keys(row).begin);
        mask.for_each_run(
            row, [&](int begin, int end) { cost.allowed += std::max(0, std::min(end, n_rows) - begin); });
    }
    return cost;
}

} // namespace gf
