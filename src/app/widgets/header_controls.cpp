#include "app/widgets/header_controls.h"

#include "app/widgets/icons.h"
#include "app/widgets/widget_parts.h"

#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_height = 20, k_padding = 8, k_gap = 8, k_arrow = 12;
constexpr float k_min_title_width = 150; // what controls leave for the title

} // namespace

float header_button_width(std::string_view text) {
    return std::ceil(measure(font(TextSize::small), text).x) + 2 * px(k_padding);
}

float header_menu_width(std::string_view chosen) { return header_button_width(chosen) + px(k_arrow); }

namespace {

ButtonItem text_button(const char* name, std::string_view text, float width) {
    const Theme& t = theme();
    const ButtonItem item = button_item(name, {width, px(k_height)});
    if (!item.seen) return item;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_fill(list, item.box, item.hovered || item.held ? t.control_hover : t.control, px(5));
    draw_text(list, item.box, item.box.min.x + px(k_padding), font(TextSize::small), t.text, text);
    draw_focus_ring(item, px(5));
    return item;
}

} // namespace

bool header_button(const char* name, std::string_view text) {
    return text_button(name, text, header_button_width(text)).pressed;
}

bool header_menu(const char* name, std::string_view chosen) {
    const ButtonItem item = text_button(name, chosen, header_menu_width(chosen));
    if (!item.seen) return false;
    draw_icon(*ImGui::GetWindowDrawList(), Icon::chevron_down,
              {item.box.max.x - px(k_padding) - px(2), item.box.center().y}, px(8), theme().muted);
    return item.pressed;
}

namespace {

/// Where controls go that leave `title_width` pixels.
HeaderPlace place_behind(float title_width, float width) {
    const float room = ImGui::GetContentRegionAvail().x;
    if (room - width < title_width) return {};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    return {true, width + px(k_gap), {std::floor(at.x + room - width), at.y}};
}

} // namespace

HeaderPlace header_place(float width) { return place_behind(px(k_min_title_width), width); }

HeaderPlace header_place_beside(std::string_view title, float width) {
    return place_behind(std::ceil(measure(font(TextSize::body, Face::bold), title).x) + px(k_gap), width);
}

HeaderControls::HeaderControls(ImVec2 at) : below_(ImGui::GetCursorScreenPos()) {
    ImGui::SetCursorScreenPos(at);
}
HeaderControls::~HeaderControls() { ImGui::SetCursorScreenPos(below_); }

} // namespace gf::ui
