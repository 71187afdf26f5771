#include "app/panels/positions/rope_distances.h"

#include "app/panels/positions/line_chart.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_curve_label_width = 84, k_sum_width = 176, k_axis_height = 20;
constexpr float k_min_map_row = 3, k_max_map_row = 8, k_curve_gap = 8, k_min_chart = 40;
constexpr int k_curve_distances = 64; ///< the farthest one drawn, in tokens

} // namespace

void RopeDistances::measure_curve(const RopeScore& s, int n) {
    scores_.clear();
    greatest_part_ = 1e-9;
    for (int d = 0; d <= n; ++d) {
        scores_.push_back(s.at(d));
        for (const RopePair& pair : s.pairs)
            greatest_part_ = std::max(greatest_part_, std::abs(pair.part(d)));
    }
    const auto [least, greatest] = std::ranges::minmax(scores_);
    const double margin = std::max(0.05 * (greatest - least), 0.1);
    least_ = std::min(least, 0.0) - margin;
    greatest_ = std::max(greatest, 0.0) + margin;
}

void RopeDistances::draw(const StageContext& c, const RopeScore& s, const UiRect& area, int& distance) {
    const int n = std::max(std::min(k_curve_distances, c.config().n_ctx - 1), s.distance);
    measure_curve(s, n);
    const auto n_pairs = static_cast<float>(s.pairs.size());
    const float sum_width = area.width() > px(520) ? px(k_sum_width) : 0;
    const float left = area.min.x + px(k_curve_label_width), right = area.max.x - sum_width - px(12);
    const float bottom = area.max.y - px(k_axis_height);
    const float room = bottom - area.min.y - px(k_curve_gap) - px(k_min_chart);
    const float map_height = n_pairs * std::clamp(std::floor(std::min(room, area.height() * 0.4f) / n_pairs),
                                                  px(k_min_map_row) / 2, px(k_max_map_row));
    const UiRect map{{left, bottom - map_height}, {right, bottom}};
    const UiRect chart{{left, area.min.y + px(4)}, {right, map.min.y - px(k_curve_gap)}};
    if (chart.height() < px(24) || chart.width() < px(80)) return;
    ImGui::SetCursorScreenPos(chart.min);
    const ButtonItem item = button_item("score by distance", {chart.width(), map.max.y - chart.min.y});
    int hovered = -1;
    if (item.hovered || item.held) {
        const LineChart axes(chart, {0, static_cast<double>(n)}, {0, 1});
        hovered = static_cast<int>(std::lround(axes.value_at(ImGui::GetMousePos().x)));
        if (item.held) distance = hovered == s.stands ? -1 : hovered;
    }
    if (const int step = alt_arrow(item)) distance = std::max(0, s.distance + step);
    if (item.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) distance = -1;
    draw_curve(s, chart);
    draw_parts(s, map, hovered);
    draw_focus_ring(item, px(3));
    if (sum_width > 0) draw_sum(s, {{area.max.x - sum_width, area.min.y}, area.max});
}

void RopeDistances::draw_curve(const RopeScore& s, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto n = static_cast<int>(scores_.size());
    const LineChart chart(area, {0, n - 1.0}, {least_, greatest_});
    const UiRect label{{area.min.x - px(k_curve_label_width), area.min.y},
                       {area.min.x - px(28), area.min.y + px(16)}};
    draw_text_cut(list, label, font(TextSize::small), t.muted, "score by");
    draw_text_cut(list, {{label.min.x, label.max.y}, {label.max.x, label.max.y + px(16)}},
                  font(TextSize::small), t.muted, "distance");
    // The numbers of the x axis stand below the map of parts.
    const double step = LineChart::Axis{least_, greatest_}.step(5);
    char text[24];
    for (double v = std::ceil(least_ / step) * step; v <= greatest_; v += step) {
        const float y = std::floor(chart.y(v));
        list.AddLine({area.min.x, y}, {area.max.x, y}, std::abs(v) < 1e-9 ? t.line : t.border, px(1));
        const auto end = fmt::format_to_n(text, sizeof text, "{:.3g}", std::abs(v) < 1e-9 ? 0.0 : v).out;
        const std::string_view number(text, static_cast<std::size_t>(end - text));
        ImFont* face = font(TextSize::small, Face::mono);
        const float left = area.min.x - px(6) - measure(face, number).x;
        draw_text(list, {{left, y - px(8)}, {area.min.x, y + px(8)}}, left, face, t.muted, number);
    }
    chart.draw_curve(
        n,
        [&](int d) {
            return ImVec2{static_cast<float>(d), static_cast<float>(scores_[static_cast<std::size_t>(d)])};
        },
        t.text, px(1.5f));
    const auto point = [&](int d, double score) { return ImVec2{chart.x(d), chart.y(score)}; };
    if (s.stands < n) list.AddCircle(point(s.stands, s.was), px(5), t.fill(ColourRole::key), 0, px(2));
    list.AddCircleFilled(point(s.distance, s.score), px(4), t.fill(ColourRole::key));
    const auto end = fmt::format_to_n(text, sizeof text, "{:.2f}", s.score).out;
    const ImVec2 at = point(s.distance, s.score);
    const float width = measure(font(TextSize::small, Face::mono_bold), "-00.00").x;
    const float left = at.x + px(10) + width > area.max.x ? at.x - px(10) - width : at.x + px(10);
    draw_text(list, {{left, at.y - px(18)}, {left + width, at.y - px(2)}}, left,
              font(TextSize::small, Face::mono_bold), t.ink(ColourRole::key),
              {text, static_cast<std::size_t>(end - text)});
}

/// One line of cells for each pair, one column for each distance.
void RopeDistances::draw_parts(const RopeScore& s, const UiRect& map, int hovered) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto n = static_cast<int>(scores_.size());
    const float row = map.height() / static_cast<float>(s.pairs.size());
    // Distance d stands where the curve has it, so that the first and the last cell are cut in half.
    const float cell = map.width() / static_cast<float>(n - 1);
    const auto left = [&](int d) {
        return std::clamp(map.min.x + cell * (static_cast<float>(d) - 0.5f), map.min.x, map.max.x);
    };
    const ColourScale scale{t.diverging, 0, static_cast<float>(greatest_part_), 1};
    const float gap = row >= px(5) ? 1.0f : 0.0f;
    for (std::size_t i = 0; i < s.pairs.size(); ++i) {
        const float top = map.min.y + row * static_cast<float>(i);
        for (int d = 0; d < n; ++d)
            list.AddRectFilled({left(d), top}, {left(d + 1), top + row - gap},
                               pack(colour_of(scale, static_cast<float>(s.pairs[i].part(d)))));
    }
    char text[40];
    const UiRect label{{map.min.x - px(k_curve_label_width), map.min.y},
                       {map.min.x - px(4), map.min.y + px(16)}};
    draw_text_cut(list, label, font(TextSize::small), t.muted, "its parts:");
    *fmt::format_to_n(text, sizeof text - 1, "pairs 0 to {}", s.pairs.size() - 1).out = 0;
    if (map.height() > px(30))
        draw_text_cut(list, {{label.min.x, label.max.y}, {label.max.x, label.max.y + px(16)}},
                      font(TextSize::small), t.muted, text);
    const auto outline = [&](int d, ImU32 colour) {
        list.AddRect({left(d) - px(1), map.min.y - px(1)}, {left(d + 1) + px(1), map.max.y + px(1)}, colour,
                     0, 0, px(2));
    };
    if (hovered >= 0 && hovered < n) outline(hovered, t.muted);
    outline(s.distance, t.fill(ColourRole::key));
    ImFont* numbers = font(TextSize::small, Face::mono);
    const double step = LineChart::Axis{0, n - 1.0}.step(8);
    for (double d = 0; d < n; d += step) {
        *fmt::format_to_n(text, sizeof text - 1, "{}", static_cast<int>(d)).out = 0;
        const float middle = map.min.x + cell * static_cast<float>(d), width = measure(numbers, text).x;
        const float at = std::min(middle - width / 2, map.max.x - width);
        draw_text(list, {{at, map.max.y + px(2)}, {at + width, map.max.y + px(18)}}, at, numbers, t.muted,
                  text);
    }
    draw_text(list,
              {{map.min.x - px(k_curve_label_width), map.max.y + px(2)}, {map.min.x, map.max.y + px(18)}},
              map.min.x - px(k_curve_label_width), font(TextSize::small), t.muted, "tokens apart");
}

/// The sum of the parts, which is the score, and the weight that it makes in the query's row.
void RopeDistances::draw_sum(const RopeScore& s, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float top = area.min.y;
    char text[64];
    const auto write = [&](TextSize size, Face face, ImU32 ink, float left, std::string_view words) {
        ImFont* f = font(size, face);
        draw_text(list, {{left, top}, {area.max.x, top + f->FontSize + px(4)}}, left, f, ink, words);
        return left + measure(f, words).x;
    };
    const auto next_line = [&](float height) { top += px(height); };
    const auto spell = [&](const char* format, auto... values) {
        *fmt::format_to_n(text, sizeof text - 1, fmt::runtime(format), values...).out = 0;
        return std::string_view(text);
    };
    const bool is_part = std::abs(s.unturned) > 0;
    write(TextSize::small, Face::regular, t.muted, area.min.x,
          is_part
              ? spell("{} parts, unturned {:+.2f}{}", s.pairs.size(), s.unturned, s.cap > 0 ? ", cap" : "")
          : s.cap > 0 ? spell("the {} parts, soft-capped", s.pairs.size())
                      : spell("the {} parts add up to", s.pairs.size()));
    next_line(18);
    float x =
        write(TextSize::title, Face::mono_bold, t.ink(ColourRole::key), area.min.x, spell("{:.2f}", s.score));
    if (s.is_moved()) write(TextSize::small, Face::mono, t.muted, x + px(10), spell("was {:.2f}", s.was));
    next_line(30);
    write(TextSize::small, Face::regular, t.muted, area.min.x, "weight in its row");
    next_line(18);
    x = area.min.x;
    if (s.is_moved()) x = write(TextSize::body, Face::mono, t.text, x, spell("{:.3f} → ", s.weight_was));
    write(TextSize::body, Face::mono_bold, t.ink(ColourRole::key), x, spell("{:.3f}", s.weight));
    if (area.max.y - top < px(64)) return;
    next_line(32);
    ImGui::SetCursorScreenPos({area.min.x, top});
    const ColourScale scale{t.diverging, 0, static_cast<float>(greatest_part_), 1};
    char least[16], greatest[16];
    *fmt::format_to_n(least, sizeof least - 1, "{:.1f}", -greatest_part_).out = 0;
    *fmt::format_to_n(greatest, sizeof greatest - 1, "{:+.1f}", greatest_part_).out = 0;
    write(TextSize::small, Face::regular, t.muted, area.min.x, "part of the score");
    next_line(18);
    ImGui::SetCursorScreenPos({area.min.x, top});
    colour_legend({"", least, greatest}, scale);
}

} // namespace gf::ui
