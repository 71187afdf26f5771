#include "app/panels/positions/alibi_stage.h"

#include "app/panels/positions/head_label.h"
#include "app/panels/positions/line_chart.h"
#include "app/panels/positions/stage_heading.h"
#include "app/view/attention_rows.h"
#include "app/view/token_row.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_alibi_gap = 28, k_alibi_axis = 22, k_alibi_label_width = 122, k_head_label_width = 96;
constexpr float k_cell_height = 26, k_least_cell = 44;
constexpr float k_most_cell = 72;
constexpr int k_alibi_distances = 128;

/// The lines of the table of scores before and after.
constexpr std::array<std::string_view, 5> k_lines{"key", "q · k / √d", "− slope × distance", "= score",
                                                  "weight"};
constexpr std::size_t k_score_line = 3;

} // namespace

std::string_view spell_slope(double slope, char (&out)[16]) {
    const double inverse = 1 / slope;
    const char* end = std::abs(inverse - std::round(inverse)) < 1e-6
                          ? fmt::format_to_n(out, sizeof out, "1/{}", std::lround(inverse)).out
                          : fmt::format_to_n(out, sizeof out, "{:.3g}", slope).out;
    return {out, static_cast<std::size_t>(end - out)};
}

void AlibiStage::draw(const StageContext& c) {
    const UiRect& area = c.area;
    const float table_height = px(20) + 5 * px(k_cell_height);
    const bool has_table = area.height() > table_height + px(140);
    const float upper_end = has_table ? area.max.y - table_height - px(16) : area.max.y;
    const float upper_height = upper_end - area.min.y;
    const bool has_triangle = area.width() > px(560);
    const float triangle_width = has_triangle ? std::min(upper_height + px(60), area.width() * 0.45f) : 0;
    const float left_end = area.max.x - triangle_width - (has_triangle ? px(k_alibi_gap) : 0);
    draw_slopes(c, {area.min, {left_end, upper_end}});
    if (has_triangle) draw_triangle(c, {{left_end + px(k_alibi_gap), area.min.y}, {area.max.x, upper_end}});
    if (has_table) draw_subtraction(c, {{area.min.x, upper_end + px(16)}, area.max});
}

/// A line for each head, with its slope at the end; a click on that brings the head into focus.
void AlibiStage::draw_slopes(const StageContext& c, const UiRect& area) const {
    const Theme& t = theme();
    const UiRect body =
        draw_heading(area, "What is subtracted", "slope of the head × distance in tokens", "ALiBi");
    const int n_heads = c.config().n_heads, n = std::min(k_alibi_distances, c.config().n_ctx);
    double steepest = 0;
    for (int h = 0; h < n_heads; ++h)
        steepest = std::max(steepest, static_cast<double>(c.trace().positions().slope(h)));
    const LineChart chart({{body.min.x + px(40), body.min.y + px(4)},
                           {body.max.x - px(k_head_label_width), body.max.y - px(k_alibi_axis)}},
                          {0, n - 1.0}, {-steepest * (n - 1), 0});
    if (chart.area().height() < px(24) || chart.area().width() < px(40)) return;
    chart.draw_grid(6, 4);
    float last_label = -1e9f;
    for (int i = 0; i < n_heads; ++i) { // from the flattest, which ends highest
        const int h = n_heads - 1 - i;
        const auto slope = static_cast<double>(c.trace().positions().slope(h));
        const bool is_chosen = h == c.head.head;
        chart.draw_curve(
            2,
            [&](int end) {
                return ImVec2{static_cast<float>(end * (n - 1)), static_cast<float>(-slope * end * (n - 1))};
            },
            t.head_fill(h, n_heads), px(is_chosen ? 3 : 1.5f));
        const float top = std::max(chart.y(-slope * (n - 1)) - px(8), last_label + px(16));
        if (top + px(16) > body.max.y) continue;
        last_label = top;
        char label[32], slope_text[16];
        *fmt::format_to_n(label, sizeof label - 1, "head {}  {}", h, spell_slope(slope, slope_text)).out = 0;
        const float left = chart.area().max.x + px(4);
        draw_head_label(c, h, label, {{left, top}, {left + px(k_head_label_width) - px(4), top + px(16)}});
    }
}

/// The penalties of the head in view for all tokens of the text: rows listen to columns.
void AlibiStage::draw_triangle(const StageContext& c, const UiRect& area) {
    char words[64];
    *fmt::format_to_n(words, sizeof words - 1, "head {}, over this text: rows listen to columns", c.head.head)
         .out = 0;
    const UiRect body = draw_heading(area, "The triangle", words);
    if (shown_run_.lock() != c.view.run.trace || shown_head_ != c.head.head) triangle_.clear();
    shown_run_ = c.view.run.trace;
    shown_head_ = c.head.head;
    const int n = c.view.cursor;
    const double slope = static_cast<double>(c.trace().positions().slope(c.head.head));
    triangle_.update(
        {1, c.trace().capacity(), c.trace().capacity(), PoolRule::magnitude}, n, [&](int, int row) {
            row_.clear();
            for (int k = 0; k < n; ++k)
                row_.push_back(c.trace().visible(Site::attn_scores, c.head.layer, c.head.head, row, k)
                                   ? static_cast<float>(slope * std::abs(c.position(row) - c.position(k)))
                                   : k_masked_cell);
            return std::span<const float>(row_);
        });
    const float side = std::min(body.width(), body.height() - px(k_alibi_axis));
    if (side < px(40)) return;
    const UiRect map{body.min, {body.min.x + side, body.min.y + side}};
    ImGui::SetCursorScreenPos(map.min);
    text_item("penalties", map.size());
    HeatMapView view = themed_heat_map(false);
    view.rows = view.cols = n;
    view.row1 = view.col1 = static_cast<float>(n);
    view.scale.vmax = std::max(1e-6f, static_cast<float>(slope * (n - 1)));
    const PlacedHeatMap place{0, map};
    triangle_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view);
    char greatest[16];
    *fmt::format_to_n(greatest, sizeof greatest - 1, "{:.3g}", slope * (n - 1)).out = 0;
    ImGui::SetCursorScreenPos({map.min.x, map.max.y + px(4)});
    colour_legend({"penalty", "0", greatest, body.width() > px(260)}, view.scale);
}

/// The query in view: for each key q · k, what is subtracted, the score that is left, and its weight.
void AlibiStage::draw_subtraction(const StageContext& c, const UiRect& area) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Theme& t = theme();
    char text[80];
    *fmt::format_to_n(text, sizeof text - 1, "for “{}” at position {}, layer {}, head {}",
                      short_label(c.view.run, c.query), c.position(c.query), c.head.layer, c.head.head)
         .out = 0;
    const UiRect body = draw_heading(area, "Before and after", text);
    const float room = body.width() - px(k_alibi_label_width);
    const int n = std::clamp(static_cast<int>(room / px(k_least_cell)), 1, c.query + 1),
              first = c.query + 1 - n;
    const float cell = std::min(room / static_cast<float>(n), px(k_most_cell));
    parts_.clear();
    float largest = 1e-6f;
    for (int k = first; k <= c.query; ++k) {
        parts_.push_back(alibi_parts(c.trace(), {c.head.layer, c.head.head, c.query, k}));
        largest = std::max({largest, static_cast<float>(std::abs(parts_.back().product)),
                            static_cast<float>(parts_.back().penalty)});
    }
    for (std::size_t line = 0; line < k_lines.size(); ++line) {
        const float top = body.min.y + px(k_cell_height) * static_cast<float>(line);
        const bool is_result = line == k_score_line;
        draw_text_cut(
            list, {{area.min.x, top}, {area.min.x + px(k_alibi_label_width), top + px(k_cell_height - 2)}},
            font(TextSize::small, is_result ? Face::bold : Face::regular), is_result ? t.text : t.muted,
            k_lines[line]);
        for (int i = 0; i < n; ++i) {
            const float left = area.min.x + px(k_alibi_label_width) + cell * static_cast<float>(i);
            draw_subtraction_cell(
                c, line, first + i, parts_[static_cast<std::size_t>(i)], largest,
                {{std::floor(left), top}, {std::floor(left + cell) - px(1), top + px(k_cell_height - 2)}});
        }
    }
    if (first == 0) return;
    *fmt::format_to_n(text, sizeof text - 1, "{} keys hidden", first).out = 0;
    ImFont* bold = font(TextSize::small, Face::bold);
    const float left = area.max.x - measure(bold, text).x;
    draw_text(list, {{left, area.min.y}, {area.max.x, area.min.y + px(16)}}, left, bold, t.accent_text, text);
}

/// One cell of the table; those of score and weight are the run's own, and can be pinned.
void AlibiStage::draw_subtraction_cell(const StageContext& c, std::size_t line, int key,
                                       const AlibiParts& part, float largest, const UiRect& box) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    if (line == 0)
        return draw_text_cut(list, {{box.min.x + px(2), box.min.y}, box.max}, font(TextSize::small),
                             key == c.query ? t.ink(ColourRole::query) : t.text,
                             short_label(c.view.run, key));
    const bool is_weight = line > k_score_line;
    const CellRef ref =
        c.view.cell(is_weight ? Site::pattern : Site::attn_scores, c.head.layer, c.head.head, c.query, key);
    const double value = line < k_score_line ? (line == 1 ? part.product : 0.0 - part.penalty)
                                             : static_cast<double>(c.trace().value(ref));
    const ColourScale scale =
        is_weight ? ColourScale{t.sequential, 0, 1, 0.5f} : ColourScale{t.diverging, 0, largest, 1};
    const ImU32 fill = pack(colour_of(scale, static_cast<float>(value)));
    list.AddRectFilled(box.min, box.max, fill);
    char text[16], name[32];
    *fmt::format_to_n(text, sizeof text - 1, "{:.2f}", value).out = 0;
    const ImU32 black = rgb(0x000000), white = rgb(0xFFFFFF);
    draw_text_centred(list, box, font(TextSize::small, Face::mono),
                      contrast(fill, black) > contrast(fill, white) ? black : white, text);
    if (line < k_score_line) return;
    *fmt::format_to_n(name, sizeof name - 1, "{} {}", is_weight ? "weight" : "score", key).out = 0;
    ImGui::SetCursorScreenPos(box.min);
    const ButtonItem item = button_item(name, box.size());
    if (item.hovered) c.selection.cell.set(ref);
    if (item.pressed) c.commands.post(command::PinCell{c.view.address(ref)});
    draw_focus_ring(item, px(2));
}

} // namespace gf::ui
