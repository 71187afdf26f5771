#include "app/panels/text/token_outlines.h"

#include "app/host/imgui_host.h"
#include "app/widgets/focus_outline.h"

#include <algorithm>

namespace gf::ui {

void outline_tokens(std::span<const PlacedToken> tokens, const Selection& selection,
                    const std::function<bool(const CellRange&, int position)>& is_about) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto outline_ranges = [&](const std::vector<CellRange>& ranges, auto draw_outline) {
        const auto is_lit = [&](const PlacedToken& token) {
            return std::any_of(ranges.begin(), ranges.end(),
                               [&](const CellRange& r) { return is_about(r, token.position); });
        };
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (!is_lit(tokens[i])) continue;
            UiRect rect = tokens[i].rect;
            for (; i + 1 < tokens.size() && tokens[i + 1].rect.min.y == rect.min.y && is_lit(tokens[i + 1]);
                 ++i)
                rect.max = tokens[i + 1].rect.max;
            draw_outline(list, rect.grown(-px(1)));
        }
    };
    outline_ranges(selection.precedents, outline_precedent);
    outline_ranges(selection.dependents, outline_dependent);
}

} // namespace gf::ui
