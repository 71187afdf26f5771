#include "app/panels/positions/rope_words.h"

#include "app/view/token_row.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_chip_height = 22, k_chip_room = 28, k_line_height = 24, k_number_height = 16;
constexpr float k_word_gap = 14, k_words_label_width = 74, k_distance_width = 130;

} // namespace

float rope_words_height() { return px(k_chip_room) + px(k_line_height) + px(k_number_height); }

/// As many words before the query as there is room for.
void RopeWords::choose_words(const StageContext& c, const UiRect& line) {
    const auto width = [&](int row) {
        return std::ceil(measure(font(TextSize::body, Face::bold), short_label(c.view.run, row)).x) +
               px(k_word_gap);
    };
    float used = width(c.query);
    for (first_ = c.query; first_ > 0 && used + width(first_ - 1) <= line.width(); --first_)
        used += width(first_ - 1);
    centres_.clear();
    float left = line.min.x;
    for (int row = first_; row <= c.query; ++row) {
        centres_.push_back(left + width(row) / 2);
        left += width(row);
    }
}

/// The word in sight that is nearest to x.
int RopeWords::row_at(float x) const {
    const auto nearest =
        std::ranges::min_element(centres_, {}, [&](float centre) { return std::abs(centre - x); });
    return first_ + static_cast<int>(nearest - centres_.begin());
}

/// The word in sight at a position; -1 if there is none.
int RopeWords::row_at_position(const StageContext& c, int position) const {
    for (int row = first_; row <= c.query; ++row)
        if (c.position(row) == position) return row;
    return -1;
}

void RopeWords::draw(const StageContext& c, const RopeScore& s, const UiRect& area, int& distance) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float top = area.min.y + px(k_chip_room);
    const UiRect line{{area.min.x + px(k_words_label_width), top},
                      {area.max.x - px(k_distance_width), top + px(k_line_height)}};
    choose_words(c, line);
    draw_text(list, {{area.min.x, line.min.y}, line.max}, area.min.x, font(TextSize::small), theme().muted,
              "drag the key");
    if (first_ > 0) { // what is hidden says so
        char hidden[32];
        *fmt::format_to_n(hidden, sizeof hidden - 1, "{} hidden", first_).out = 0;
        draw_text_cut(list, {{area.min.x, line.max.y}, {line.min.x, line.max.y + px(k_number_height)}},
                      font(TextSize::small, Face::bold), theme().accent_text, hidden);
    }
    for (int row = first_; row <= c.query; ++row) draw_word(c, s, row, line, distance);
    draw_key_chip(c, s, area, distance);
    draw_distance(s, {{line.max.x + px(12), line.min.y}, {area.max.x, line.max.y}});
}

/// A word and its position: the query filled, the key dashed where it really stands. A click makes it the
/// key.
void RopeWords::draw_word(const StageContext& c, const RopeScore& s, int row, const UiRect& line,
                          int& distance) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool is_query = row == s.rows.query, is_key = row == s.rows.key;
    ImFont* face = font(TextSize::body, is_query || is_key ? Face::bold : Face::regular);
    const std::string_view label = short_label(c.view.run, row);
    const float half = std::ceil(measure(face, label).x) / 2 + px(5);
    const UiRect box{{std::floor(centre(row) - half), line.min.y},
                     {std::ceil(centre(row) + half), line.max.y}};
    char item_name[24], number[12];
    *fmt::format_to_n(item_name, sizeof item_name - 1, "word {}", row).out = 0;
    *fmt::format_to_n(number, sizeof number - 1, "{}", c.position(row)).out = 0;
    ImGui::SetCursorScreenPos(box.min);
    const ButtonItem item = button_item(item_name, box.size());
    if (is_query)
        draw_fill(list, box, t.note_tint, px(4)), draw_border(list, box, t.fill(ColourRole::query), px(4));
    if (is_key) draw_border(list, box, t.fill(ColourRole::key), px(4));
    if (item.hovered && !is_query) draw_fill(list, box, with_alpha(t.text, Theme::k_hover_shade), px(4));
    draw_text_centred(list, box, face,
                      is_query ? t.ink(ColourRole::query)
                      : is_key ? t.ink(ColourRole::key)
                               : t.text,
                      label);
    const UiRect below{{box.min.x, line.max.y}, {box.max.x, line.max.y + px(k_number_height)}};
    const bool is_there = c.position(row) == c.position(s.rows.query) - s.distance;
    draw_text_centred(list, below, font(TextSize::small, is_there ? Face::mono_bold : Face::mono),
                      is_there || is_query ? t.text : t.muted, number);
    draw_focus_ring(item, px(4));
    if (item.hovered) c.selection.token.set(row);
    if (item.pressed && row < c.query) {
        distance = -1;
        c.commands.post(command::PinCell{
            c.view.address(c.view.cell(Site::attn_scores, c.head.layer, c.head.head, c.query, row))});
    }
}

/// The key above the line, at the place where it is asked about.
void RopeWords::draw_key_chip(const StageContext& c, const RopeScore& s, const UiRect& area, int& distance) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int position = c.position(s.rows.query) - s.distance, row = row_at_position(c, position);
    const std::string_view label = short_label(c.view.run, s.rows.key);
    ImFont* face = font(TextSize::body, Face::bold);
    const float half = std::ceil(measure(face, label).x) / 2 + px(7);
    // A key that is farther away than the words in sight waits at their beginning.
    const float middle =
        std::max(row >= 0 ? centre(row) : centres_.front(), area.min.x + px(k_words_label_width) + half);
    const UiRect chip{{std::floor(middle - half), area.min.y},
                      {std::ceil(middle + half), area.min.y + px(k_chip_height)}};
    ImGui::SetCursorScreenPos(chip.min);
    const ButtonItem item = button_item("key", chip.size());
    tooltip(
        "Drag the key to another place, or move it by Alt and the arrows. Double click: where it stands.");
    draw_fill(list, chip, t.accent_tint, px(4));
    draw_border(list, chip, t.fill(ColourRole::key), px(4));
    draw_text_centred(list, chip, face, t.ink(ColourRole::key), label);
    list.AddTriangleFilled({middle - px(4), chip.max.y + px(1)}, {middle + px(4), chip.max.y + px(1)},
                           {middle, chip.max.y + px(5)}, t.fill(ColourRole::key));
    draw_focus_ring(item, px(4));
    if (item.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        const int place = c.position(row_at(ImGui::GetMousePos().x));
        distance = std::max(0, c.position(s.rows.query) - place);
    }
    if (const int step = alt_arrow(item)) distance = std::max(0, s.distance - step);
    if (item.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) distance = -1;
    if (distance == s.stands) distance = -1;
}

void RopeWords::draw_distance(const RopeScore& s, const UiRect& line) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    char from[40], to[24];
    *fmt::format_to_n(from, sizeof from - 1, "distance {}", s.stands).out = 0;
    draw_text(list, line, line.min.x, font(TextSize::body), t.muted, from);
    if (!s.is_moved()) return;
    *fmt::format_to_n(to, sizeof to - 1, "→ {}", s.distance).out = 0;
    draw_text(list, line, line.min.x + measure(font(TextSize::body), from).x + px(6),
              font(TextSize::body, Face::bold), t.ink(ColourRole::key), to);
}

} // namespace gf::ui
