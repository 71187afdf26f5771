#pragma once
// The text marked by expert: which one had the largest gate for each token in one layer. Used by the Text
// panel.

#include "app/panels/text/text_tint.h"
#include "app/panels/text/token_outlines.h"
#include "app/view/view.h"

#include <optional>
#include <span>

namespace gf::ui {

struct ExpertMarks {
    const Trace* trace;
    int layer, n_experts;

    /// The expert with the largest gate; -1 where no expert computed the token.
    int expert(int position) const;
    ImU32 tint(int position) const;
};

/// Nothing for other tints, and for a layer without experts or whose routing is not kept.
std::optional<ExpertMarks> expert_marks(const View& view, TextTint tint, int layer);

/// Prints the expert's number above each token.
void draw_experts(const ExpertMarks& marks, std::span<const PlacedToken> tokens);

} // namespace gf::ui
