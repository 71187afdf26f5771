#include "app/panels/masks/row_predictions.h"

#include "app/view/token_labels.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_bar_share = 0.4f; ///< of the width, where rows are bars
constexpr float k_prediction_label = 74, k_prediction_number = 34, k_arrow = 20, k_least_line = 12,
                k_least_same = 44;

/// Where the four columns of the list begin.
struct Columns {
    explicit Columns(const UiRect& area)
        : label(std::min(px(k_prediction_label),
                         (area.width() - 2 * px(k_prediction_number) - px(k_arrow)) / 2)),
          before(area.min.x), number(before + label), arrow(number + px(k_prediction_number)),
          now(arrow + px(k_arrow)), number_now(now + label) {}
    float label, before, number, arrow, now, number_now;
};

void draw_prediction(const UiRect& line, float left, float label, const Prediction& p, ImU32 ink, bool bold) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_text_cut(list, {{left, line.min.y}, {left + label - px(4), line.max.y}},
                  font(TextSize::small, bold ? Face::bold : Face::regular), ink,
                  token_labels().label(p.token));
    char room[16];
    const auto end = fmt::format_to_n(room, sizeof room, "{:.2f}", p.probability).out;
    draw_text(list, line, left + label, font(TextSize::small, Face::mono), ink,
              {room, static_cast<std::size_t>(end - room)});
}

void draw_arrow(ImDrawList& list, const UiRect& line, float left, ImU32 colour) {
    const float y = std::floor(line.center().y), right = left + px(12), tip = px(3);
    list.AddLine({left, y}, {right, y}, colour, px(1));
    list.AddLine({right - tip, y - tip}, {right, y}, colour, px(1));
    list.AddLine({right - tip, y + tip}, {right, y}, colour, px(1));
}

void draw_head_lines(const UiRect& area, float top, const Columns& at) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float line = px(16);
    const UiRect upper{{area.min.x, top - 2 * line - px(2)}, {area.max.x, top - line - px(2)}},
        lower{{area.min.x, top - line - px(2)}, {area.max.x, top - px(2)}};
    draw_text_cut(list, upper, font(TextSize::small, Face::bold), theme().text, "row t predicts token t + 1");
    draw_text(list, lower, at.before, font(TextSize::small), theme().muted, "before");
    draw_text_cut(list, {{at.now, lower.min.y}, {area.max.x, lower.max.y}}, font(TextSize::small),
                  theme().muted, "with the mask");
}

/// A line down the rows from the first one on that are exactly the same, with words beside it.
void draw_same_rows(const UiRect& area, float top, float bottom, const Columns& at) {
    if (bottom - top < px(k_least_same)) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float x = at.arrow + px(6);
    list.AddLine({x, top + px(3)}, {x, bottom - px(3)}, theme().line, px(2));
    const std::string_view words =
        "exactly the same: these rows come before the first cell that the mask changes";
    const float left = x + px(10), width = area.max.x - left;
    const float height = wrapped_text_height(font(TextSize::small), words, width);
    if (height < bottom - top)
        draw_wrapped_text(list, {left, std::floor((top + bottom - height) / 2)}, font(TextSize::small),
                          theme().muted, words, width);
}

/// Where rows are too low for words: a bar for each, as long as its largest change of a logit, and words
/// beside rows that predict another token, as far as lines have room.
void draw_bars(const MaskCase& c, const PlacedHeatMap& place, const HeatMapView& view, const UiRect& area) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small);
    real largest = 0;
    for (int row = 0; row < c.n(); ++row) largest = std::max(largest, c.change(row)->largest);
    const float room = area.width() * k_bar_share;
    float free_from = place.rect.min.y;
    for (int row = 0; row < c.n() && largest > 0; ++row) {
        const MaskFindings::RowChange& change = *c.change(row);
        const UiRect cell = heat_map_cell_rect(place, view, row, 0);
        if (change.largest == 0 || cell.min.y < place.rect.min.y || cell.max.y > place.rect.max.y + 1)
            continue;
        const bool turns = change.before.token != change.now.token;
        list.AddRectFilled({area.min.x, cell.min.y},
                           {area.min.x + room * static_cast<float>(change.largest / largest),
                            std::max(cell.max.y, cell.min.y + 1)},
                           turns ? theme().accent : theme().block);
        const float top = cell.center().y - face->FontSize / 2;
        if (!turns || top < free_from) continue;
        free_from = top + face->FontSize;
        draw_text_cut(list, {{area.min.x + room + px(8), top}, {area.max.x, free_from}}, face,
                      theme().accent_text,
                      fmt::format("{} → {} {:.2f}", token_labels().label(change.before.token),
                                  token_labels().label(change.now.token), change.now.probability));
    }
}

} // namespace

int n_rows_that_turn(const MaskCase& c) {
    int n = 0;
    for (int row = 0; row < c.n(); ++row)
        if (const auto* change = c.change(row)) n += change->before.token != change->now.token;
    return n;
}

void draw_row_predictions(const MaskCase& c, const PlacedHeatMap& place, const HeatMapView& view,
                          const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Columns at(area);
    draw_head_lines(area, place.rect.min.y, at);
    if (!c.change(0)) {
        return draw_text_cut(list, {{area.min.x, place.rect.min.y}, {area.max.x, place.rect.min.y + px(20)}},
                             font(TextSize::small), t.muted, why_no_predictions(c));
    }
    if (place.rect.height() / (view.row1 - view.row0) < px(k_least_line))
        return draw_bars(c, place, view, area);
    int n_same = 0;
    while (n_same < c.n() && c.change(n_same)->largest == 0) ++n_same;
    const bool is_changed = n_same < c.n();
    for (int row = 0; row < c.n(); ++row) {
        const UiRect cell = heat_map_cell_rect(place, view, row, 0);
        if (cell.min.y < place.rect.min.y - 1 || cell.max.y > place.rect.max.y + 1) continue;
        const UiRect line{{area.min.x, cell.min.y}, {area.max.x, cell.max.y}};
        const MaskFindings::RowChange& change = *c.change(row);
        const bool turns = change.before.token != change.now.token, is_last = row == c.n() - 1;
        if (is_last) draw_fill(list, line.grown(px(2)), t.accent_tint, px(3));
        draw_prediction(line, at.before, at.label, change.before, turns ? t.text : t.muted, is_last);
        if (!is_changed || row < n_same) continue;
        if (turns) draw_arrow(list, line, at.arrow, t.accent);
        draw_prediction(line, at.now, at.label, change.now, turns ? t.accent_text : t.muted,
                        is_last && turns);
    }
    if (is_changed && n_same > 0)
        draw_same_rows(area, heat_map_cell_rect(place, view, 0, 0).min.y,
                       heat_map_cell_rect(place, view, n_same - 1, 0).max.y, at);
}

} // namespace gf::ui
