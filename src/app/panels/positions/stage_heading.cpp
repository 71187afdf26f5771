#include "app/panels/positions/stage_heading.h"

#include "app/widgets/rich_text.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>

namespace gf::ui {
namespace {

constexpr float k_height = 20, k_text_height = 16, k_heading_gap = 8; // design lengths

} // namespace

UiRect draw_heading(const UiRect& area, const char* title, std::string_view words,
                    std::string_view term_name) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* bold = font(TextSize::small, Face::bold);
    const UiRect line{area.min, {area.max.x, area.min.y + px(k_text_height)}};
    draw_text_cut(list, line, bold, t.text, title);
    const float end = std::min(line.min.x + measure(bold, title).x, line.max.x);
    if (!term_name.empty() && end > line.min.x) {
        draw_underline(list, line.min.x, end, line.max.y - px(1), t.muted);
        ImGui::SetCursorScreenPos(line.min);
        const ButtonItem item = button_item(title, {end - line.min.x, line.height()});
        term_tooltip(term(term_name));
        if (item.pressed) ask_for_term(term(term_name));
        draw_focus_ring(item, px(3));
    }
    const float left = end + px(k_heading_gap);
    draw_text_cut(list, {{left, line.min.y}, line.max}, font(TextSize::small), t.muted, words);
    return {{area.min.x, area.min.y + px(k_height)}, area.max};
}

} // namespace gf::ui
