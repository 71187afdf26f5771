#include "app/widgets/buttons.h"

#include "app/widgets/tooltip.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace gf::ui {
namespace {

// Lengths of a quiet button, in design lengths.
constexpr float k_quiet_padding = 8, k_quiet_icon = 12, k_quiet_arrow = 9, k_quiet_gap = 6;

ImDrawList& draw_list() { return *ImGui::GetWindowDrawList(); }

ImU32 surface_colour(const ButtonItem& item, Emphasis emphasis) {
    const Theme& t = theme();
    const bool lit = item.hovered || item.held;
    if (emphasis == Emphasis::primary) return lit ? mix(t.accent, t.text, 0.12f) : t.accent;
    return lit ? t.control_hover : t.control;
}

ImU32 text_colour(Emphasis emphasis) {
    return emphasis == Emphasis::primary ? theme().on_accent : theme().text;
}

} // namespace

bool push_button(const char* label, float width, Emphasis emphasis) {
    ImFont* face = font(TextSize::body);
    const float needed = measure(face, shown_text(label)).x + px(24);
    const float wide = width < 0 ? available_width() : width > 0 ? width : needed;
    const ButtonItem item = button_item(label, {wide, px(k_control_height)});
    if (!item.seen) return false;
    draw_fill(draw_list(), item.box, surface_colour(item, emphasis), px(6));
    draw_text_centred(draw_list(), item.box, face, text_colour(emphasis), shown_text(label));
    draw_focus_ring(item, px(6));
    return item.pressed;
}

bool icon_button(const char* label, Icon icon, const char* keys, const char* does, Emphasis emphasis) {
    const ButtonItem item = button_item(label, {px(30), px(k_control_height)});
    if (!item.seen) return false;
    draw_fill(draw_list(), item.box, surface_colour(item, emphasis), px(6));
    draw_icon(draw_list(), icon, item.box.center(), px(12), ImGui::GetColorU32(text_colour(emphasis)));
    draw_focus_ring(item, px(6));
    std::string tip(*does ? does : shown_text(label));
    if (*keys) tip.append("  (").append(keys).append(")");
    tooltip(tip);
    return item.pressed;
}

float quiet_button_width(const QuietButton& look) {
    const float text = look.text.empty() ? 0 : std::ceil(measure(font(TextSize::body), look.text).x);
    float width = 2 * px(k_quiet_padding) + text;
    if (look.icon) width += px(k_quiet_icon) + (look.text.empty() ? 0 : px(k_quiet_gap));
    return width + (look.menu ? px(k_quiet_arrow + k_quiet_gap) : 0);
}

bool quiet_button(const char* name, const QuietButton& look, const char* tip) {
    const Theme& t = theme();
    const ButtonItem item = button_item(name, {quiet_button_width(look), px(k_control_height)});
    if (!item.seen) return false;
    ImDrawList& list = draw_list();
    if (item.hovered || item.held) list.AddRectFilled(item.box.min, item.box.max, t.control, px(6));
    const ImU32 colour = item.hovered ? t.text : t.muted;
    float left = item.box.min.x + px(k_quiet_padding);
    const float middle = item.box.center().y;
    if (look.icon) {
        draw_icon(list, *look.icon, {left + px(k_quiet_icon) / 2, middle}, px(k_quiet_icon),
                  ImGui::GetColorU32(colour));
        left += px(k_quiet_icon + k_quiet_gap);
    }
    if (!look.text.empty()) draw_text(list, item.box, left, font(TextSize::body), colour, look.text);
    if (look.menu)
        draw_icon(list, Icon::chevron_down,
                  {item.box.max.x - px(k_quiet_padding + k_quiet_arrow / 2), middle}, px(k_quiet_arrow),
                  ImGui::GetColorU32(colour));
    draw_focus_ring(item, px(6));
    if (*tip) tooltip(tip);
    return item.pressed;
}

bool chip(const char* label, std::string_view value, bool chosen, std::string_view widest) {
    const Theme& t = theme();
    ImFont* words = font(TextSize::body);
    ImFont* numbers = font(TextSize::body, Face::mono_bold);
    const float label_width = measure(words, shown_text(label)).x;
    const float gap = value.empty() ? 0 : px(6), padding = px(12);
    const float value_width = std::max(measure(numbers, value).x, measure(numbers, widest).x);
    const float width = padding + label_width + gap + value_width + padding;
    const ButtonItem item = button_item(label, {std::ceil(width), px(k_control_height)}, mark_of(chosen));
    if (!item.seen) return false;
    const float rounding = item.box.height() / 2;
    draw_fill(draw_list(), item.box, chosen ? t.accent_tint : surface_colour(item, Emphasis::plain),
              rounding);
    if (chosen) draw_border(draw_list(), item.box, t.accent, rounding);
    draw_text(draw_list(), item.box, item.box.min.x + padding, words, t.text, shown_text(label));
    draw_text(draw_list(), item.box, item.box.min.x + padding + label_width + gap, numbers, t.text, value);
    draw_focus_ring(item, rounding);
    return item.pressed;
}

bool toggle(const char* label, bool& on) {
    const Theme& t = theme();
    ImFont* face = font(TextSize::body);
    const float track_width = px(28), track_height = px(16), gap = px(8);
    const float width = track_width + gap + std::ceil(measure(face, shown_text(label)).x);
    const ButtonItem item = button_item(label, {width, px(k_control_height)}, mark_of(on));
    if (!item.seen) return false;
    if (item.pressed) on = !on;
    const float middle = std::floor(item.box.center().y), half = track_height / 2;
    const UiRect track{{item.box.min.x, middle - half}, {item.box.min.x + track_width, middle + half}};
    draw_fill(draw_list(), track, on ? t.accent : item.hovered ? t.line : t.block, half);
    const ImVec2 knob = {on ? track.max.x - half : track.min.x + half, middle};
    draw_list().AddCircleFilled(knob, half - px(2), ImGui::GetColorU32(on ? t.on_accent : t.panel));
    draw_text(draw_list(), item.box, track.max.x + gap, face, t.text, shown_text(label));
    draw_focus_ring(item, px(6));
    return item.pressed;
}

} // namespace gf::ui
