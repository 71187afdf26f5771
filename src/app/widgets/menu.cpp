#include "app/widgets/menu.h"

#include "app/widgets/icons.h"
#include "app/widgets/widget_parts.h"

#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_menu_padding = 8, k_check = 12; // design lengths

} // namespace

void menu_heading(std::string_view text) {
    ImFont* small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + available_width(), at.y + px(24)}};
    ImGui::Dummy({measure(small, text).x, box.height()});
    draw_text(*ImGui::GetWindowDrawList(), box, at.x + px(k_menu_padding), small, theme().muted, text);
}

bool menu_row(const char* name, const MenuRow& row, float width) {
    const Theme& t = theme();
    const Mark mark = row.chosen ? mark_of(*row.chosen) : Mark::none;
    const float row_width = width > 0 ? width : available_width();
    const ButtonItem item = button_item(name, {row_width, px(k_menu_row_height)}, mark);
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered || row.lit)
        list.AddRectFilled(item.box.min, item.box.max, row.lit ? t.accent_tint : t.control, px(6));
    float left = item.box.min.x + px(k_menu_padding);
    if (row.chosen) {
        if (*row.chosen)
            draw_icon(list, Icon::check, {left + px(k_check) / 2, item.box.center().y}, px(k_check),
                      t.accent_text);
        left += px(k_check + 8);
    }
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    const float right_width = row.right.empty() ? 0 : std::ceil(measure(small, row.right).x) + px(12);
    const float right = item.box.max.x - px(k_menu_padding), end = right - right_width;
    draw_text_cut(list, {{left, item.box.min.y}, {end, item.box.max.y}}, body, t.text, row.text);
    const float behind = row.detail_from > 0 ? item.box.min.x + row.detail_from
                                             : left + std::ceil(measure(body, row.text).x) + px(12);
    if (!row.detail.empty() && behind + px(24) < end)
        draw_text_cut(list, {{behind, item.box.min.y}, {end, item.box.max.y}}, small, t.muted, row.detail);
    if (!row.right.empty())
        draw_text(list, item.box, right - measure(small, row.right).x, small, t.muted, row.right);
    draw_focus_ring(item, px(6));
    return item.pressed;
}

} // namespace gf::ui
