#include "app/panels/routing/figure_table.h"

#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_height = 18; // design length

} // namespace

UiRect figure_line(const FigureLine& line, float column) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + available_width(), at.y + px(k_height)}};
    ImGui::Dummy(box.size());
    const auto n = static_cast<float>(line.numbers.size());
    const float step = n > 0 ? std::min(px(column), box.width() / (n + 1)) : 0;
    ImFont* f = line.heading ? font(TextSize::small)
                             : font(TextSize::small, line.bold ? Face::mono_bold : Face::mono);
    float right = box.max.x - step * (n - 1);
    draw_text_cut(list, {box.min, {n > 0 ? right - step : box.max.x, box.max.y}},
                  font(TextSize::small, line.bold ? Face::bold : Face::regular),
                  line.heading ? t.muted : t.text, line.words);
    for (const std::string_view number : line.numbers) {
        draw_text(list, box, right - std::ceil(measure(f, number).x), f, line.heading ? t.muted : t.text,
                  number);
        right += step;
    }
    return box;
}

} // namespace gf::ui
