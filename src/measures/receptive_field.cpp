#include "measures/receptive_field.h"

#include <algorithm>

namespace gf {

ReceptiveField receptive_field(const Plan& plan, const ModelConfig& config, int n_rows, int row) {
    const auto n_layers = static_cast<std::size_t>(config.n_layers);
    ReceptiveField field(n_layers + 1, std::vector<bool>(static_cast<std::size_t>(n_rows)));
    field[n_layers][static_cast<std::size_t>(row)] = true;
    for (int l = config.n_layers - 1; l >= 0; --l) {
        const std::vector<bool>& after = field[static_cast<std::size_t>(l) + 1];
        std::vector<bool>& before = field[static_cast<std::size_t>(l)];
        before = after;
        for (const HeadGroup& heads : plan.groups(Site::attn_scores, l))
            for (int query = 0; query < n_rows; ++query)
                if (after[static_cast<std::size_t>(query)])
                    heads.mask->for_each_run(query, [&](int begin, int end) {
                        for (int key = begin; key < std::min(end, n_rows); ++key)
                            before[static_cast<std::size_t>(key)] = true;
                    });
    }
    return field;
}

int n_reached(const ReceptiveField& field, int level) {
    const std::vector<bool>& tokens = field[static_cast<std::size_t>(level)];
    return static_cast<int>(std::count(tokens.begin(), tokens.end(), true));
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
