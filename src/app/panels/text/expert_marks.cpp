#include "app/panels/text/expert_marks.h"

#include "app/panels/text/token_annotations.h"
#include "app/widgets/widget_parts.h"

namespace gf::ui {

int ExpertMarks::expert(int position) const {
    const real *experts = trace->row(Site::expert_indices, layer, position),
               *gates = trace->row(Site::expert_gates, layer, position);
    int best = -1;
    real most = 0;
    for (int slot = 0; slot < trace->width(Site::expert_indices); ++slot)
        if (gates[slot] > most && static_cast<int>(experts[slot]) < n_experts)
            most = gates[slot], best = static_cast<int>(experts[slot]);
    return best;
}

ImU32 ExpertMarks::tint(int position) const {
    constexpr float k_tint = 0.3f; // words stand on it
    const int e = expert(position);
    return e < 0 ? 0 : mix(theme().panel, theme().head_fill(e, n_experts), k_tint);
}

std::optional<ExpertMarks> expert_marks(const View& v, TextTint tint, int layer) {
    const ModelConfig& c = v.config();
    if (tint != TextTint::expert || layer < 0 || layer >= c.n_layers || !c.layer(layer).is_moe() ||
        !v.trace().kept(Site::expert_indices, layer) || !v.trace().kept(Site::expert_gates, layer))
        return std::nullopt;
    return ExpertMarks{&v.trace(), layer, c.layer(layer).n_experts};
}

void draw_experts(const ExpertMarks& marks, std::span<const PlacedToken> tokens) {
    NumbersAbove numbers;
    for (const PlacedToken& token : tokens)
        if (const int e = marks.expert(token.position); e >= 0) numbers.draw(token.rect, e, 0, theme().text);
}

} // namespace gf::ui
