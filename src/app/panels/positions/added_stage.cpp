#include "app/panels/positions/added_stage.h"

#include "app/panels/positions/line_chart.h"
#include "app/panels/positions/stage_heading.h"
#include "app/view/token_row.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_added_gap = 24, k_added_axis = 22, k_added_label_width = 84, k_strip = 14,
                k_strip_step = 22;
constexpr float k_sum_height = 20 + 3 * k_strip_step + 6;
constexpr int k_path_step = 32; ///< positions between the numbers along the path

/// The dimensions that are drawn as curves: few, from fast to slow waves.
std::array<int, 4> shown_dimensions(int d) { return {0, d / 8 * 2, d / 4 * 2, d / 8 * 6}; }

} // namespace

void AddedStage::draw(const StageContext& c, AddedVectors& added) {
    const UiRect& area = c.area;
    const bool has_right = area.width() > px(560);
    const float right_width = has_right ? std::floor(std::min(area.width() * 0.38f, px(420))) : 0;
    const float left_end = area.max.x - (has_right ? right_width + px(k_added_gap) : 0);
    UiRect sum{area.min, {left_end, area.min.y + px(k_sum_height)}};
    draw_sum(c, sum);
    const float rest_top = sum.max.y + px(10);
    const bool has_curves = area.max.y - rest_top > px(230);
    const float map_end = has_curves ? std::floor(rest_top + (area.max.y - rest_top) * 0.55f) : area.max.y;
    draw_map(c, added, {{area.min.x, rest_top}, {left_end, map_end}});
    if (has_curves) draw_curves(c, added, {{area.min.x, map_end + px(8)}, {left_end, area.max.y}});
    if (!has_right) return;
    const float middle = std::floor(area.min.y + area.height() * 0.58f);
    draw_path(c, added, {{left_end + px(k_added_gap), area.min.y}, {area.max.x, middle - px(8)}});
    draw_dots(c, added, {{left_end + px(k_added_gap), middle}, area.max});
}

/// embedding + position = what enters, each as a strip of its true values; hovering explains a cell.
void AddedStage::draw_sum(const StageContext& c, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    char words[80];
    *fmt::format_to_n(words, sizeof words - 1, "“{}” at position {}: one number for each of {} dimensions",
                      short_label(c.view.run, c.query), c.position(c.query), c.config().d_model)
         .out = 0;
    const UiRect body = draw_heading(area, "What is added", words, "position vector");
    struct Strip {
        const char* label;
        Site site;
        int layer;
        ColourRole role;
    };
    constexpr std::array k_strips{Strip{"word", Site::embed, -1, ColourRole::token},
                                  Strip{"+ position", Site::pos_embed, -1, ColourRole::position},
                                  Strip{"= enters", Site::resid_pre, 0, ColourRole::residual}};
    float largest = 1e-6f;
    const auto values_of = [&](const Strip& strip) -> std::span<const real> {
        if (!c.trace().kept(strip.site, strip.layer)) return {};
        return {c.trace().row(strip.site, strip.layer, c.query),
                static_cast<std::size_t>(c.config().d_model)};
    };
    for (const Strip& strip : k_strips)
        for (const real value : values_of(strip)) largest = std::max(largest, std::abs(value));
    const ColourScale scale{t.diverging, 0, largest, 0.7f};
    float top = body.min.y;
    for (const Strip& strip : k_strips) {
        const std::span<const real> values = values_of(strip);
        const UiRect rect{{area.min.x + px(k_added_label_width), top}, {area.max.x, top + px(k_strip)}};
        draw_text_cut(list, {{area.min.x, top - px(1)}, {rect.min.x, rect.max.y + px(1)}},
                      font(TextSize::small, Face::bold), t.ink(strip.role), strip.label);
        if (!values.empty()) {
            ImGui::SetCursorScreenPos(rect.min);
            const ButtonItem item = button_item(strip.label, rect.size());
            draw_heat_strip(list, rect, values, scale);
            if (item.hovered || item.pressed) {
                const float share = (ImGui::GetMousePos().x - rect.min.x) / rect.width();
                const int column = std::clamp(static_cast<int>(share * static_cast<float>(values.size())), 0,
                                              static_cast<int>(values.size()) - 1);
                const CellRef cell = c.view.cell(strip.site, strip.layer, 0, c.query, column);
                c.selection.cell.set(cell);
                if (item.pressed) c.commands.post(command::PinCell{c.view.address(cell)});
            }
            draw_focus_ring(item, px(2));
        }
        top += px(k_strip_step);
    }
}

void AddedStage::draw_map(const StageContext& c, AddedVectors& added, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const PositionVectors& v = added.vectors();
    const UiRect body =
        draw_heading(area, "All of them", "one column for each position, one row for each dimension");
    const UiRect map{{area.min.x + px(k_added_label_width), body.min.y},
                     {area.max.x, body.max.y - px(k_added_axis)}};
    if (map.height() < px(20)) return;
    ImGui::SetCursorScreenPos(map.min);
    text_item("position vectors", map.size());
    added.draw_map(map);
    const float cell = map.width() / static_cast<float>(v.n),
                left = map.min.x + cell * static_cast<float>(c.position(c.query));
    list.AddRect({left - px(1), map.min.y - px(1)}, {left + std::max(cell, px(2)) + px(1), map.max.y + px(1)},
                 t.accent, 0, 0, px(2));
    ImFont* numbers = font(TextSize::small, Face::mono);
    char text[24];
    const auto number = [&](float x, float y, int value) {
        *fmt::format_to_n(text, sizeof text - 1, "{}", value).out = 0;
        const float width = measure(numbers, text).x;
        draw_text(list, {{x - width, y}, {x, y + px(16)}}, x - width, numbers, t.muted, text);
    };
    number(map.min.x - px(6), map.min.y, 0);
    number(map.min.x - px(6), map.max.y - px(16), v.d - 1);
    number(map.min.x + px(8), map.max.y + px(2), 0);
    number(map.max.x, map.max.y + px(2), v.n - 1);
    const ColourScale scale{t.diverging, 0, added.largest(), 1};
    char least[16], greatest[16];
    *fmt::format_to_n(least, sizeof least - 1, "{:.2g}", -added.largest()).out = 0;
    *fmt::format_to_n(greatest, sizeof greatest - 1, "{:.2g}", added.largest()).out = 0;
    ImGui::SetCursorScreenPos({map.min.x + px(24), map.max.y + px(4)});
    colour_legend({"value", least, greatest}, scale);
}

void AddedStage::draw_curves(const StageContext& c, const AddedVectors& added, const UiRect& area) const {
    const Theme& t = theme();
    const PositionVectors& v = added.vectors();
    const UiRect body = draw_heading(area, "Four dimensions as curves", "value by position");
    const double reach = static_cast<double>(added.largest()) * 1.05;
    const LineChart chart({{area.min.x + px(k_added_label_width), body.min.y},
                           {area.max.x - px(52), body.max.y - px(k_added_axis)}},
                          {0, v.n - 1.0}, {-reach, reach});
    chart.draw_grid(8, 2);
    chart.draw_mark(c.position(c.query), t.accent);
    const auto dimensions = shown_dimensions(v.d);
    for (int i = 0; i < 4; ++i) {
        const int dimension = dimensions[static_cast<std::size_t>(i)];
        chart.draw_curve(
            v.n,
            [&](int p) {
                return ImVec2{static_cast<float>(p), v.row(p)[dimension]};
            },
            t.head_fill(i, 4), px(1.5f));
        char label[24];
        *fmt::format_to_n(label, sizeof label - 1, "dim {}", dimension).out = 0;
        const float top = chart.area().min.y + px(16) * static_cast<float>(i),
                    left = chart.area().max.x + px(8);
        ImDrawList& list = *ImGui::GetWindowDrawList();
        list.AddRectFilled({left, top + px(4)}, {left + px(3), top + px(13)}, t.head_fill(i, 4));
        draw_text(list, {{left + px(6), top}, {area.max.x, top + px(16)}}, left + px(6),
                  font(TextSize::small), t.muted, label);
    }
}

/// The vectors as points along their first two principal components, joined in the order of their positions.
void AddedStage::draw_path(const StageContext& c, const AddedVectors& added, const UiRect& area) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const PrincipalPlane& plane = added.plane();
    char words[64];
    *fmt::format_to_n(words, sizeof words - 1, "PCA: {:.0f} % and {:.0f} % of what differs",
                      100 * plane.share_x, 100 * plane.share_y)
         .out = 0;
    const UiRect body = draw_heading(area, "The path of positions", words);
    if (plane.x.empty() || body.height() < px(40)) return;
    ImGui::SetCursorScreenPos(body.min);
    text_item("path of positions", body.size());
    double reach_x = 1e-9, reach_y = 1e-9;
    for (std::size_t p = 0; p < plane.x.size(); ++p) {
        reach_x = std::max(reach_x, std::abs(plane.x[p]));
        reach_y = std::max(reach_y, std::abs(plane.y[p]));
    }
    // One scale for both axes, so that distances are true.
    const ImVec2 middle = body.center(), half{body.width() / 2 - px(16), body.height() / 2 - px(14)};
    const float scale = std::min(half.x / static_cast<float>(reach_x), half.y / static_cast<float>(reach_y));
    const auto at = [&](std::size_t p) {
        return ImVec2{middle.x + scale * static_cast<float>(plane.x[p]),
                      middle.y - scale * static_cast<float>(plane.y[p])};
    };
    const std::size_t n = plane.x.size();
    const ImU32 hue = t.fill(c.config().positions);
    for (std::size_t p = 1; p < n; ++p) {
        const float share = static_cast<float>(p) / static_cast<float>(n);
        list.AddLine(at(p - 1), at(p), with_alpha(hue, 1 - 0.75f * share), px(1.5f));
    }
    ImFont* numbers = font(TextSize::small, Face::mono);
    ImVec2 last{-1e9f, -1e9f}; // labels that would lie on each other are left out
    const auto mark = [&](std::size_t p, ImU32 fill, ImU32 ink) {
        char text[12];
        *fmt::format_to_n(text, sizeof text - 1, "{}", p).out = 0;
        const ImVec2 point = at(p);
        list.AddCircleFilled(point, px(3), fill);
        if (std::hypot(point.x - last.x, point.y - last.y) < px(18)) return;
        last = point;
        draw_text(list, {{point.x, point.y - px(16)}, {point.x + px(40), point.y}}, point.x + px(5), numbers,
                  ink, text);
    };
    for (std::size_t p = 0; p < n; p += k_path_step) mark(p, hue, t.muted);
    if (const auto here = static_cast<std::size_t>(c.position(c.query)); here < n)
        mark(here, t.accent, t.accent_text);
}

void AddedStage::draw_dots(const StageContext& c, const AddedVectors& added, const UiRect& area) const {
    const Theme& t = theme();
    const std::vector<double>& dots = added.dots();
    const UiRect body =
        draw_heading(area, "Product by distance", "the mean of p · p of two positions so far apart");
    if (dots.empty()) return;
    const auto [least, greatest] = std::ranges::minmax(dots);
    const double margin = 0.08 * (greatest - least);
    const LineChart chart(
        {{body.min.x + px(40), body.min.y}, {body.max.x - px(8), body.max.y - px(k_added_axis)}},
        {0, static_cast<double>(dots.size()) - 1}, {std::min(least, 0.0) - margin, greatest + margin});
    if (chart.area().height() < px(24)) return;
    chart.draw_grid(6, 3);
    chart.draw_curve(
        static_cast<int>(dots.size()),
        [&](int d) {
            return ImVec2{static_cast<float>(d), static_cast<float>(dots[static_cast<std::size_t>(d)])};
        },
        t.fill(c.config().positions), px(2));
}

} // namespace gf::ui
