#include "app/panels/text/leak_marks.h"

#include "app/panels/text/token_annotations.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>

namespace gf::ui {

ImU32 LeakMarks::tint(int position) const {
    const real change = changes[static_cast<std::size_t>(position)];
    if (change == 0 || largest == 0) return 0;
    // The square root lets small leaks be seen; the weakest tint still differs from none.
    const float share = std::sqrt(static_cast<float>(change / largest));
    return mix(theme().panel, theme().surprisal, 0.15f + 0.85f * share);
}

std::optional<LeakMarks> leak_marks(const View& v, TextTint tint) {
    const MaskFindings* found = v.mask_findings();
    if (tint == TextTint::surprisal || !found || found->leak.open.empty()) return std::nullopt;
    const MaskFindings::Leak& leak = found->leak;
    const bool open = tint == TextTint::mask_off;
    return LeakMarks{.changes = open ? leak.open : leak.masked,
                     .largest = std::max(*std::max_element(leak.open.begin(), leak.open.end()),
                                         *std::max_element(leak.masked.begin(), leak.masked.end())),
                     .exchanged = leak.row,
                     .open = open};
}

void draw_changes(const LeakMarks& marks, std::span<const PlacedToken> tokens) {
    const Theme& t = theme();
    NumbersAbove numbers;
    for (const PlacedToken& token : tokens) {
        const auto change = static_cast<double>(marks.changes[static_cast<std::size_t>(token.position)]);
        numbers.draw(token.rect, change, 2, change == 0 ? t.faint : t.text);
    }
}

} // namespace gf::ui
