#include "app/widgets/menu.h"

#include "app/host/keyboard.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_inset = 8, k_icon = 12, k_arrow = 9;

} // namespace

void menu_heading(std::string_view text) {
    ImFont* small = font(TextSize::small);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const UiRect box{at, {at.x + std::max(ImGui::GetContentRegionAvail().x, 1.0f), at.y + px(24)}};
    ImGui::Dummy({measure(small, text).x, box.height()});
    put_text(*ImGui::GetWindowDrawList(), box, at.x + px(k_inset), small, theme().muted, text);
}

bool menu_row(const char* name, const MenuRow& row, float width) {
    const Theme& t = theme();
    const Mark mark = row.chosen ? mark_of(*row.chosen) : Mark::none;
    const float wide = width > 0 ? width : std::max(ImGui::GetContentRegionAvail().x, 1.0f);
    const ButtonItem item = button_item(name, {wide, px(k_menu_row_height)}, mark);
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered || row.lit)
        list.AddRectFilled(item.box.min, item.box.max, row.lit ? t.accent_tint : t.control, px(6));
    float left = item.box.min.x + px(k_inset);
    if (row.chosen) {
        if (*row.chosen)
            draw_icon(list, Icon::check, {left + px(k_icon) / 2, item.box.center().y}, px(k_icon),
                      t.accent_text);
        left += px(k_icon + 8);
    }
    ImFont *body = font(TextSize::body), *small = font(TextSize::small);
    const float right_width = row.right.empty() ? 0 : std::ceil(measure(small, row.right).x) + px(12);
    const float right = item.box.max.x - px(k_inset), end = right - right_width;
    put_text_cut(list, {{left, item.box.min.y}, {end, item.box.max.y}}, body, t.text, row.text);
    const float behind = row.detail_from > 0 ? item.box.min.x + row.detail_from
                                             : left + std::ceil(measure(body, row.text).x) + px(12);
    if (!row.detail.empty() && behind + px(24) < end)
        put_text_cut(list, {{behind, item.box.min.y}, {end, item.box.max.y}}, small, t.muted, row.detail);
    if (!row.right.empty())
        put_text(list, item.box, right - measure(small, row.right).x, small, t.muted, row.right);
    put_focus_ring(item, px(6));
    return item.pressed;
}

float quiet_button_width(const QuietButton& look) {
    float width =
        2 * px(k_inset) + (look.text.empty() ? 0 : std::ceil(measure(font(TextSize::body), look.text).x));
    if (look.icon) width += px(k_icon) + (look.text.empty() ? 0 : px(6));
    return width + (look.menu ? px(k_arrow + 6) : 0);
}

bool quiet_button(const char* name, const QuietButton& look, const char* tip) {
    const Theme& t = theme();
    const ButtonItem item = button_item(name, {quiet_button_width(look), px(k_control_height)});
    if (!item.seen) return false;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (item.hovered || item.held) list.AddRectFilled(item.box.min, item.box.max, t.control, px(6));
    const ImU32 ink = ImGui::GetColorU32(item.hovered ? t.text : t.muted);
    float left = item.box.min.x + px(k_inset);
    const float middle = item.box.center().y;
    if (look.icon) {
        draw_icon(list, *look.icon, {left + px(k_icon) / 2, middle}, px(k_icon), ink);
        left += px(k_icon + 6);
    }
    if (!look.text.empty())
        put_text(list, item.box, left, font(TextSize::body), item.hovered ? t.text : t.muted, look.text);
    if (look.menu)
        draw_icon(list, Icon::chevron_down, {item.box.max.x - px(k_inset + k_arrow / 2), middle}, px(k_arrow),
                  ink);
    put_focus_ring(item, px(6));
    if (*tip) tooltip(tip);
    return item.pressed;
}

bool begin_card(const char* name, float width, float top) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float wide = std::min(width, display.x - px(16));
    ImGui::SetNextWindowPos({std::floor((display.x - wide) / 2), top});
    ImGui::SetNextWindowSizeConstraints({wide, 0}, {wide, std::max(display.y - top - px(8), px(80))});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(12), px(12)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, px(10));
    ImGui::PushStyleColor(ImGuiCol_ModalWindowDimBg, with_alpha(rgb(0x000000), theme().dark ? 0.45f : 0.18f));
    constexpr ImGuiWindowFlags k_flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoSavedSettings |
                                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_AlwaysAutoResize;
    const bool open = ImGui::BeginPopupModal(name, nullptr, k_flags);
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(2);
    if (!open) return false;
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    const bool beside = ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !ImGui::IsWindowAppearing() &&
                        !UiRect{at, {at.x + size.x, at.y + size.y}}.contains(ImGui::GetMousePos());
    if (beside || ImGui::IsKeyPressed(ImGuiKey_Escape, false)) {
        ImGui::CloseCurrentPopup();
        give_keyboard_back();
    }
    return true;
}

void end_card() { ImGui::EndPopup(); }

} // namespace gf::ui
