#include "app/panels/positions/rope_clocks.h"

#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_clock_label_width = 84, k_min_slot = 86, k_max_slot = 128, k_clock_name_height = 16,
                k_turn_height = 20;
constexpr float k_max_radius = 52, k_min_radius = 16, k_part_room = 46;

constexpr double k_whole_turn = 2 * std::numbers::pi;

/// Where a hand of this length and angle ends; angles grow against the clock, as mathematicians draw them.
ImVec2 hand_end(ImVec2 middle, double length, double angle) {
    return {middle.x + static_cast<float>(length * std::cos(angle)),
            middle.y - static_cast<float>(length * std::sin(angle))};
}

void draw_hand(ImDrawList& list, ImVec2 middle, ImVec2 end, ImU32 colour) {
    list.AddLine(middle, end, colour, px(2));
    list.AddCircleFilled(end, px(3), colour);
}

/// A thin line of dashes for where a hand really points.
void draw_dashed_hand(ImDrawList& list, ImVec2 middle, ImVec2 end, ImU32 colour) {
    const float length = std::hypot(end.x - middle.x, end.y - middle.y), dash = px(3);
    if (length < dash) return;
    const ImVec2 step{(end.x - middle.x) / length, (end.y - middle.y) / length};
    for (float at = 0; at < length; at += 2 * dash) {
        const float to = std::min(at + dash, length);
        list.AddLine({middle.x + step.x * at, middle.y + step.y * at},
                     {middle.x + step.x * to, middle.y + step.y * to}, colour, px(1));
    }
}

/// Fills the smaller angle between two hands.
void draw_wedge(ImDrawList& list, ImVec2 middle, float radius, double from, double to, ImU32 colour) {
    const double apart = std::remainder(to - from, k_whole_turn);
    constexpr int k_steps = 16;
    list.PathLineTo(middle);
    for (int i = 0; i <= k_steps; ++i)
        list.PathLineTo(hand_end(middle, static_cast<double>(radius), from + apart * i / k_steps));
    list.PathFillConvex(colour);
}

/// "6.28" below ten, "62.8", "628", "19 869".
std::string_view spell_turns(double tokens, char (&out)[32]) {
    char* end = out;
    if (tokens < 99.95)
        end = fmt::format_to_n(out, sizeof out, "{:.1f}", tokens).out;
    else if (tokens < 999.5)
        end = fmt::format_to_n(out, sizeof out, "{:.0f}", tokens).out;
    else if (tokens < 999'999)
        end = fmt::format_to_n(out, sizeof out, "{} {:03}", static_cast<int>(std::lround(tokens)) / 1000,
                               static_cast<int>(std::lround(tokens)) % 1000)
                  .out;
    else
        end = fmt::format_to_n(out, sizeof out, "{:.1e}", tokens).out;
    return {out, static_cast<std::size_t>(end - out)};
}

} // namespace

RopeClocks::Layout RopeClocks::lay_out(const RopeScore& s, const UiRect& area) const {
    Layout l;
    l.label_width = px(k_clock_label_width);
    const float room = area.width() - l.label_width;
    const auto n = static_cast<int>(s.pairs.size());
    l.n_shown = std::clamp(static_cast<int>(room / px(k_min_slot)), 1, n);
    l.slot = std::min(std::floor(room / static_cast<float>(l.n_shown)), px(k_max_slot));
    l.clocks_top = area.min.y + px(k_clock_name_height);
    const float rest = area.height() - px(k_clock_name_height) - px(k_turn_height) - px(k_part_room);
    l.radius =
        std::clamp(std::floor(std::min(rest / 2, l.slot / 2 - px(5))), px(k_min_radius), px(k_max_radius));
    l.turns_top = l.clocks_top + 2 * l.radius + px(2);
    l.parts_top = l.turns_top + px(k_turn_height);
    l.parts_height = px(k_part_room);
    return l;
}

void RopeClocks::draw(const StageContext& c, const RopeScore& s, const UiRect& area) {
    const Layout l = lay_out(s, area);
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* small = font(TextSize::small);
    draw_labels(s, area, l);
    const float zero = std::floor(l.parts_top + l.parts_height / 2);
    list.AddLine({area.min.x + l.label_width, zero},
                 {area.min.x + l.label_width + l.slot * static_cast<float>(l.n_shown), zero}, t.border,
                 px(1));
    char text[32];
    for (int i = 0; i < l.n_shown; ++i) {
        const float left = area.min.x + l.label_width + l.slot * static_cast<float>(i);
        const UiRect name{{left, area.min.y}, {left + l.slot, area.min.y + px(k_clock_name_height)}};
        const auto end = fmt::format_to_n(text, sizeof text, "pair {}", i).out;
        draw_text_centred(list, name, small, t.muted, {text, static_cast<std::size_t>(end - text)});
        draw_clock(c, s, i, {left + l.slot / 2, l.clocks_top + l.radius}, l.radius);
        const UiRect turns{{left, l.turns_top}, {left + l.slot, l.turns_top + px(k_turn_height)}};
        draw_text_centred(list, turns, font(TextSize::small, Face::mono), t.text,
                          spell_turns(k_whole_turn / s.pairs[static_cast<std::size_t>(i)].turn, text));
        draw_part(s, i, {{left, l.parts_top}, {left + l.slot, l.parts_top + l.parts_height}});
    }
}

void RopeClocks::draw_labels(const RopeScore& s, const UiRect& area, const Layout& l) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* small = font(TextSize::small);
    const auto write = [&](float top, ImFont* face, ImU32 ink, std::string_view words, float indent = 0) {
        const UiRect line{{area.min.x + indent, top}, {area.min.x + l.label_width - px(4), top + px(16)}};
        draw_text_cut(list, line, face, ink, words);
    };
    const float middle = l.clocks_top + l.radius;
    for (const auto& [role, words, top] : {std::tuple(ColourRole::query, "query", middle - px(20)),
                                           std::tuple(ColourRole::key, "key", middle + px(2))}) {
        list.AddCircleFilled({area.min.x + px(4), top + px(8)}, px(4), t.fill(role));
        write(top, font(TextSize::small, Face::bold), t.ink(role), words, px(14));
    }
    write(l.turns_top + px(2), small, t.muted, "tokens a turn");
    char distance[32];
    *fmt::format_to_n(distance, sizeof distance - 1, "at distance {}", s.distance).out = 0;
    write(l.parts_top + px(5), small, t.muted, "part of score");
    write(l.parts_top + px(22), font(TextSize::small, Face::bold), t.text, distance);
    const auto n = static_cast<int>(s.pairs.size());
    if (l.n_shown == n) return;
    *fmt::format_to_n(distance, sizeof distance - 1, "{} pairs hidden", n - l.n_shown).out = 0;
    write(area.min.y, font(TextSize::small, Face::bold), t.accent_text, distance);
}

/// A clock; a click pins the first of its two dimensions, in the turned query.
void RopeClocks::draw_clock(const StageContext& c, const RopeScore& s, int i, ImVec2 middle, float radius) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const RopePair& pair = s.pairs[static_cast<std::size_t>(i)];
    char label[24];
    *fmt::format_to_n(label, sizeof label - 1, "clock {}", i).out = 0;
    ImGui::SetCursorScreenPos({middle.x - radius, middle.y - radius});
    const ButtonItem item = button_item(label, {2 * radius, 2 * radius});
    const bool is_half = c.config().layer(c.head.layer).rope_pairs == RopePairs::half;
    const CellRef cell = c.view.cell(Site::rot_q, c.head.layer, c.head.head, c.query, is_half ? i : 2 * i);
    if (shows_term_tooltip()) {
        char words[160];
        *fmt::format_to_n(
             words, sizeof words - 1,
             "dimensions {} and {} turn by {:.4g} radians a token\nclick: pins the first of them",
             cell.column, is_half ? i + c.config().layer(c.head.layer).d_rotary / 2 : 2 * i + 1, pair.turn)
             .out = 0;
        term_tooltip(term("RoPE"), words);
    }
    if (item.pressed) c.commands.post(command::PinCell{c.view.address(cell)});
    if (item.hovered) c.selection.cell.set(cell);
    list.AddCircleFilled(middle, radius, item.hovered ? t.control : t.well, 48);
    list.AddCircle(middle, radius, t.line, 48, px(1));
    for (int tick = 0; tick < 8; ++tick) {
        const double angle = k_whole_turn * tick / 8, r = static_cast<double>(radius);
        list.AddLine(hand_end(middle, r - static_cast<double>(px(3)), angle), hand_end(middle, r, angle),
                     t.line, px(1));
    }
    const double reach = static_cast<double>(radius - px(4)) / s.longest;
    const double query = s.query_angle(c, pair), key = s.key_angle(c, pair, s.distance);
    draw_wedge(list, middle, radius * 0.33f, query, key, with_alpha(t.fill(ColourRole::query), 0.22f));
    if (s.is_moved())
        draw_dashed_hand(list, middle,
                         hand_end(middle, reach * pair.key_length, s.key_angle(c, pair, s.stands)),
                         t.fill(ColourRole::key));
    draw_hand(list, middle, hand_end(middle, reach * pair.key_length, key), t.fill(ColourRole::key));
    draw_hand(list, middle, hand_end(middle, reach * pair.query_length, query), t.fill(ColourRole::query));
    list.AddCircleFilled(middle, px(3), t.text);
    draw_focus_ring(item, radius);
}

/// What the pair adds to the score, as a bar from zero and as a number; dotted and small: where the key
/// stands.
void RopeClocks::draw_part(const RopeScore& s, int i, const UiRect& slot) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const RopePair& pair = s.pairs[static_cast<std::size_t>(i)];
    const double part = pair.part(s.distance), was = pair.part(s.stands);
    const float half = slot.height() / 2 - px(1), zero = std::floor(slot.center().y), width = px(20);
    ImFont* numbers = font(TextSize::small, Face::mono_bold);
    const float text_width = measure(numbers, "+0.00").x,
                left = slot.center().x - (width + px(6) + text_width) / 2;
    const auto bar = [&](double value) {
        const float end = zero - half * static_cast<float>(value / s.greatest_reach);
        return UiRect{{left, std::min(zero, end)}, {left + width, std::max(zero, end)}};
    };
    const ColourScale scale{t.diverging, 0, 1, 1};
    const UiRect now = bar(part);
    list.AddRectFilled(now.min, now.max, pack(colour_of(scale, part > 0 ? 0.85f : -0.85f)));
    if (s.is_moved()) {
        const UiRect before = bar(was);
        list.AddRect(before.min, before.max, t.muted, 0, 0, px(1));
    }
    char text[24];
    const auto write = [&](ImFont* face, ImU32 ink, double value, float top) {
        const auto end = fmt::format_to_n(text, sizeof text, "{:+.2f}", value).out;
        const float at = left + width + px(6);
        draw_text(list, {{at, top}, {at + text_width, top + px(16)}}, at, face, ink,
                  {text, static_cast<std::size_t>(end - text)});
    };
    write(numbers, t.text, part, zero - px(17));
    if (s.is_moved()) write(font(TextSize::small, Face::mono), t.muted, was, zero + px(1));
}

} // namespace gf::ui
