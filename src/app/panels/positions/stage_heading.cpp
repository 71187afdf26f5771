#include "app/panels/positions/stage_heading.h"

#include "app/widgets/widget_parts.h"

namespace gf::ui {
namespace {

constexpr float k_height = 20, k_text_height = 16, k_gap = 8; // design lengths

} // namespace

UiRect draw_heading(const UiRect& area, std::string_view title, std::string_view words) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* bold = font(TextSize::small, Face::bold);
    const UiRect line{area.min, {area.max.x, area.min.y + px(k_text_height)}};
    draw_text_cut(list, line, bold, t.text, title);
    const float left = line.min.x + measure(bold, title).x + px(k_gap);
    draw_text_cut(list, {{left, line.min.y}, line.max}, font(TextSize::small), t.muted, words);
    return {{area.min.x, area.min.y + px(k_height)}, area.max};
}

} // namespace gf::ui
