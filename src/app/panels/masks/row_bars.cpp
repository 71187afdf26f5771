#include "app/panels/masks/row_bars.h"

#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {

void draw_row_bars(const RowBars& b, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small, Face::mono);
    const auto n = static_cast<int>(b.values.size());
    const float slot = area.width() / static_cast<float>(std::max(n, 1)), gap = slot > px(6) ? px(2) : 0;
    const float top = area.min.y + face->FontSize; // room for the number of the longest bar
    const auto left = [&](int row) { return area.min.x + slot * static_cast<float>(row); };
    if (b.lit >= 0 && b.lit < n)
        list.AddRectFilled({left(b.lit), area.min.y}, {left(b.lit + 1), area.max.y}, t.accent_tint);
    const auto most = std::max_element(b.values.begin(), b.values.end()) - b.values.begin();
    for (int row = 0; row < n; ++row) {
        const real value = b.values[static_cast<std::size_t>(row)];
        const float share = b.largest > 0 ? static_cast<float>(value / b.largest) : 0;
        const UiRect bar{{left(row), area.max.y - share * (area.max.y - top)},
                         {left(row + 1) - gap, area.max.y}};
        const bool is_zero = value <= b.zero;
        if (!is_zero)
            list.AddRectFilled(bar.min, {bar.max.x, std::max(bar.max.y, bar.min.y + 1)}, b.colour, px(1));
        const bool has_zero = is_zero && slot >= measure(face, "0").x + 1;
        if (has_zero)
            draw_text_centred(list, {{left(row), area.max.y - face->FontSize}, {left(row + 1), area.max.y}},
                              face, t.muted, "0");
        if (row != most || is_zero) continue;
        const std::string number = fmt::format("{:.2f}", value);
        const float width = measure(face, number).x,
                    x = std::clamp(bar.center().x - width / 2, area.min.x, area.max.x - width);
        draw_text(list, {{x, bar.min.y - face->FontSize}, {x + width, bar.min.y}}, x, face, t.text, number);
    }
    list.AddLine({area.min.x, area.max.y}, {area.max.x, area.max.y}, t.line, px(1));
}

} // namespace gf::ui
