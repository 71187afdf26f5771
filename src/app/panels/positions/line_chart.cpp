#include "app/panels/positions/line_chart.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_dash = 4; // design lengths

/// A number as short as it can be: "0.5", "-32", "1000".
std::string_view short_number(double value, char (&out)[24]) {
    if (std::abs(value) < 1e-9) value = 0; // no "-0"
    const auto end = fmt::format_to_n(out, sizeof out, "{:.4g}", value).out;
    return {out, static_cast<std::size_t>(end - out)};
}

} // namespace

double LineChart::Axis::step(int n) const {
    const double rough = (greatest - least) / std::max(n, 1),
                 power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) return factor * power;
    return 10 * power;
}

float LineChart::x(double value) const {
    return area_.min.x + area_.width() * static_cast<float>((value - x_.least) / (x_.greatest - x_.least));
}

float LineChart::y(double value) const {
    return area_.max.y - area_.height() * static_cast<float>((value - y_.least) / (y_.greatest - y_.least));
}

double LineChart::value_at(float screen_x) const {
    const double share = std::clamp(static_cast<double>((screen_x - area_.min.x) / area_.width()), 0.0, 1.0);
    return x_.least + share * (x_.greatest - x_.least);
}

void LineChart::draw_grid(int n_x, int n_y) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* numbers = font(TextSize::small, Face::mono);
    char text[24];
    const double step_y = y_.step(n_y);
    for (double v = std::ceil(y_.least / step_y - 1e-6) * step_y; v <= y_.greatest + 1e-6 * step_y;
         v += step_y) {
        const float at = std::floor(y(v));
        list.AddLine({area_.min.x, at}, {area_.max.x, at}, std::abs(v) < 1e-9 ? t.line : t.border, px(1));
        const std::string_view number = short_number(v, text);
        const float left = area_.min.x - px(6) - measure(numbers, number).x, half = numbers->FontSize / 2;
        draw_text(list, {{left, at - half}, {area_.min.x, at + half}}, left, numbers, t.muted, number);
    }
    const double step_x = x_.step(n_x);
    for (double v = std::ceil(x_.least / step_x - 1e-6) * step_x; v <= x_.greatest + 1e-6 * step_x;
         v += step_x) {
        const std::string_view number = short_number(v, text);
        const float width = measure(numbers, number).x, top = area_.max.y + px(3);
        const float left = std::min(x(v) - width / 2, area_.max.x - width + px(8));
        draw_text(list, {{left, top}, {left + width, top + numbers->FontSize}}, left, numbers, t.muted,
                  number);
    }
}

void LineChart::draw_mark(double at, ImU32 colour) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float left = std::floor(x(at));
    for (float top = area_.min.y; top < area_.max.y; top += 2 * px(k_dash))
        list.AddLine({left, top}, {left, std::min(top + px(k_dash), area_.max.y)}, colour, px(1));
}

void LineChart::begin_curve() const {
    const UiRect clip = area_.grown(px(4));
    ImGui::GetWindowDrawList()->PushClipRect(clip.min, clip.max, true);
}

void LineChart::add_to_curve(ImVec2 point) const {
    ImGui::GetWindowDrawList()->PathLineTo(
        {x(static_cast<double>(point.x)), y(static_cast<double>(point.y))});
}

void LineChart::end_curve(ImU32 colour, float width) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.PathStroke(colour, 0, width);
    list.PopClipRect();
}

} // namespace gf::ui
