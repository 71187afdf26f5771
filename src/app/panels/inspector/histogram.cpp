#include "app/panels/inspector/histogram.h"

#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr float k_axis = 14; // design length, of the line of labels

} // namespace

void draw_histogram(const MatrixFigures& figures, const UiRect& area) {
    static fmt::memory_buffer text; // kept between frames
    const auto shown = [] { return std::string_view(text.data(), text.size()); };
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::span<const std::int64_t> bins = figures.bins();
    const double from = figures.histogram_from(), to = figures.histogram_to();
    const auto most = std::max<std::int64_t>(*std::max_element(bins.begin(), bins.end()), 1);
    const auto n_bins = static_cast<int>(bins.size());
    std::array<std::int64_t, k_most_bins> sorted;
    const auto end =
        std::copy_if(bins.begin(), bins.end(), sorted.begin(), [](std::int64_t n) { return n > 0; });
    std::sort(sorted.begin(), end);
    const std::int64_t median =
        end == sorted.begin() ? 1 : sorted[static_cast<std::size_t>(end - sorted.begin()) / 2];
    const bool logarithmic = most > 60 * median; // else all but one or two bars were invisible
    const float floor = area.max.y - px(k_axis), height = floor - area.min.y,
                wide = area.width() / static_cast<float>(n_bins);
    const auto x_of = [&](double value) {
        return area.min.x + static_cast<float>((value - from) / (to - from)) * area.width();
    };
    ImGui::SetCursorScreenPos(area.min);
    ImGui::InvisibleButton("histogram", {area.width(), std::max(height, 1.0f)});
    const int lit =
        ImGui::IsItemHovered()
            ? std::clamp(static_cast<int>((ImGui::GetMousePos().x - area.min.x) / wide), 0, n_bins - 1)
            : -1;
    const auto top_of = [&](int i) {
        const auto n = static_cast<double>(bins[static_cast<std::size_t>(i)]);
        const double part = logarithmic ? std::log1p(n) / std::log1p(static_cast<double>(most))
                                        : n / static_cast<double>(most);
        return floor - std::max(static_cast<float>(part) * height, px(1));
    };
    for (int i = 0; i < n_bins; ++i) {
        if (bins[static_cast<std::size_t>(i)] <= 0) continue;
        const float x = area.min.x + static_cast<float>(i) * wide, top = top_of(i);
        list.AddRectFilled({std::round(x), top},
                           {std::max(std::round(x + wide) - 1, std::round(x) + 1), floor},
                           i == lit ? t.accent : t.block);
    }
    list.AddLine({area.min.x, floor}, {area.max.x, floor}, t.line, std::max(px(1), 1.0f));
    ImFont* face = font(TextSize::small, Face::mono);
    const UiRect axis{{area.min.x, floor}, {area.max.x, area.max.y + px(2)}};
    const auto label = [&](double value, float align) {
        text.clear();
        fmt::format_to(std::back_inserter(text), "{:.3g}", value);
        put_text(list, axis, x_of(value) - align * measure(face, shown()).x, face, t.muted, shown());
    };
    label(from, 0);
    label(to, 1);
    const float middle = x_of(0), margin = px(44);
    if (from < 0 && to > 0) {
        list.AddLine({middle, area.min.y}, {middle, floor}, t.line, std::max(px(1), 1.0f));
        if (middle - area.min.x > margin && area.max.x - middle > margin) label(0, 0.5f);
    }
    if (logarithmic) {
        constexpr std::string_view k_log = "log count";
        ImFont* small = font(TextSize::small);
        const float width = std::ceil(measure(small, k_log).x), bottom = area.min.y + small->FontSize;
        bool covered = false; // at the right
        for (int i = std::max(static_cast<int>((area.width() - width) / wide), 0); i < n_bins; ++i)
            covered |= top_of(i) < bottom;
        put_text(list, {area.min, {area.max.x, bottom}}, covered ? area.min.x : area.max.x - width, small,
                 t.muted, k_log);
    }
    if (lit >= 0) {
        const double step = (to - from) / n_bins;
        text.clear();
        fmt::format_to(std::back_inserter(text), "{} values from {:.4g} to {:.4g}",
                       bins[static_cast<std::size_t>(lit)], from + lit * step, from + (lit + 1) * step);
        tooltip(shown());
    }
}

} // namespace gf::ui
