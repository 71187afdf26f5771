#include "app/panels/inspector/histogram.h"

#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_label_line = 14; ///< height of the labels below the bars
constexpr float k_end_label = 44;  ///< room for the label at either end of the axis

using Bins = std::span<const std::int64_t>;

/// Whether one bar is so much higher than most others that these could not be seen beside it.
bool needs_log_scale(Bins bins) {
    std::array<std::int64_t, k_max_bins> sorted;
    const auto end = std::copy_if(bins.begin(), bins.end(), sorted.begin(), [](auto n) { return n > 0; });
    if (end == sorted.begin()) return false;
    std::sort(sorted.begin(), end);
    const std::int64_t median = sorted[static_cast<std::size_t>(end - sorted.begin()) / 2];
    return *(end - 1) > 60 * median;
}

/// The bin under the mouse, when that is on the last item, which fills `box`.
std::optional<int> hovered_bin(int n_bins, const UiRect& box) {
    if (!ImGui::IsItemHovered()) return std::nullopt;
    const float bin_width = box.width() / static_cast<float>(n_bins);
    return std::clamp(static_cast<int>((ImGui::GetMousePos().x - box.min.x) / bin_width), 0, n_bins - 1);
}

void draw_bin_tooltip(const MatrixStatistics& statistics, int bin) {
    const double from = statistics.histogram_from();
    const double step = (statistics.histogram_to() - from) / static_cast<double>(statistics.bins().size());
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), "{} values from {:.4g} to {:.4g}",
                   statistics.bins()[static_cast<std::size_t>(bin)], from + bin * step,
                   from + (bin + 1) * step);
    tooltip({text.data(), text.size()});
}

/// What ImPlot asks for the bars, in the units of the plot: bins across, values upwards.
struct Bars {
    Bins bins;
    double width;        ///< of a bar; what is left of its bin is the gap to the next one
    double least_height; ///< so that a bar of few values is seen

    /// The middle of a bar's upper end. The bar begins where its bin does.
    ImPlotPoint operator[](int bin) const {
        const auto n = static_cast<double>(bins[static_cast<std::size_t>(bin)]);
        return {bin + width / 2, n > 0 ? std::max(n, least_height) : 0};
    }
};

/// Says that counts are logarithmic: in the upper right corner, or in the left one where bars are in the way.
void draw_scale_note(const Bars& bars, const UiRect& box) {
    constexpr std::string_view k_note = "log count";
    ImFont* face = font(TextSize::small);
    const float width = std::ceil(measure(face, k_note).x), bottom = box.min.y + face->FontSize;
    const auto n_bins = static_cast<int>(bars.bins.size());
    bool is_covered = false;
    for (int i = std::max(static_cast<int>(ImPlot::PixelsToPlot(box.max.x - width, bottom).x), 0); i < n_bins;
         ++i)
        is_covered |= ImPlot::PlotToPixels(bars[i]).y < bottom;
    draw_text(*ImGui::GetWindowDrawList(), {box.min, {box.max.x, bottom}},
              is_covered ? box.min.x : box.max.x - width, face, theme().muted, k_note);
}

/// Draws the bars alone: the plot has no frame and no axes, and mouse and keyboard do not reach it.
void draw_bars(Bins bins, const UiRect& box, std::optional<int> lit) {
    ImGui::SetCursorScreenPos(box.min);
    constexpr int k_flags = ImPlotFlags_CanvasOnly | ImPlotFlags_NoInputs | ImPlotFlags_NoFrame;
    if (!ImPlot::BeginPlot("##bars", {std::max(box.width(), 1.0f), std::max(box.height(), 1.0f)}, k_flags))
        return; // the window hides it
    const auto n_bins = static_cast<double>(bins.size());
    const auto most = static_cast<double>(*std::max_element(bins.begin(), bins.end()));
    const bool is_log = needs_log_scale(bins);
    ImPlot::SetupAxes(nullptr, nullptr, ImPlotAxisFlags_NoDecorations, ImPlotAxisFlags_NoDecorations);
    ImPlot::SetupAxisScale(ImAxis_Y1, is_log ? ImPlotScale_SymLog : ImPlotScale_Linear);
    ImPlot::SetupAxesLimits(0, n_bins, 0, std::max(most, 1.0), ImPlotCond_Always);

    // A gap of one pixel is between two bars. ImPlot draws every bar at least one pixel wide.
    const double pixels_per_bin = static_cast<double>(box.width()) / n_bins;
    Bars bars{bins, std::max(pixels_per_bin - 1, 0.0) / pixels_per_bin,
              ImPlot::PixelsToPlot(box.min.x, box.max.y - px(1)).y};
    ImPlot::SetNextFillStyle(ImGui::ColorConvertU32ToFloat4(theme().block));
    ImPlot::PlotBarsG(
        "##counts", [](int bin, void* data) { return (*static_cast<const Bars*>(data))[bin]; }, &bars,
        static_cast<int>(bins.size()), bars.width, ImPlotItemFlags_NoLegend);
    if (lit) {
        const ImPlotPoint top = bars[*lit];
        ImPlot::SetNextFillStyle(ImGui::ColorConvertU32ToFloat4(theme().accent));
        ImPlot::PlotBars("##lit", &top.x, &top.y, 1, bars.width, ImPlotItemFlags_NoLegend);
    }
    if (is_log) draw_scale_note(bars, box);
    ImPlot::EndPlot();
}

/// Draws the line below the bars and its labels: the limits, and 0 where there is room. ImPlot would centre
/// labels at the limits, so that half of each stood outside of the panel.
void draw_axis(const MatrixStatistics& statistics, const UiRect& box, const UiRect& labels) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float thickness = std::max(px(1), 1.0f);
    const double from = statistics.histogram_from(), to = statistics.histogram_to();
    list.AddLine({box.min.x, box.max.y}, box.max, t.line, thickness);
    ImFont* face = font(TextSize::small, Face::mono);
    // `align`: the part of the label that stands left of x.
    const auto draw_label = [&](double value, float x, float align) {
        fmt::memory_buffer text;
        fmt::format_to(std::back_inserter(text), "{:.3g}", value);
        const std::string_view words(text.data(), text.size());
        draw_text(list, labels, x - align * measure(face, words).x, face, t.muted, words);
    };
    draw_label(from, box.min.x, 0);
    draw_label(to, box.max.x, 1);
    if (from >= 0 || to <= 0) return;
    const float zero = box.min.x + static_cast<float>(-from / (to - from)) * box.width();
    const float gap = std::round(zero) - 1; // 0 is the border of two bins: the line goes between their bars
    list.AddLine({gap, box.min.y}, {gap, box.max.y}, t.line, thickness);
    const float room = px(k_end_label);
    if (zero - box.min.x > room && box.max.x - zero > room) draw_label(0, zero, 0.5f);
}

} // namespace

void draw_histogram(const MatrixStatistics& statistics, const UiRect& area) {
    const UiRect box{area.min, {area.max.x, area.max.y - px(k_label_line)}};
    const UiRect labels{{area.min.x, box.max.y}, {area.max.x, area.max.y + px(2)}};
    ImGui::SetCursorScreenPos(box.min);
    ImGui::InvisibleButton("histogram", {box.width(), std::max(box.height(), 1.0f)});
    const std::optional<int> lit = hovered_bin(static_cast<int>(statistics.bins().size()), box);
    if (lit) draw_bin_tooltip(statistics, *lit);
    ImGui::PushTabStop(false); // Tab stops at the item "histogram" already
    ImPlot::PushStyleVar(ImPlotStyleVar_PlotPadding, {0, 0});
    draw_bars(statistics.bins(), box, lit);
    ImPlot::PopStyleVar();
    ImGui::PopTabStop();
    draw_axis(statistics, box, labels);
}

} // namespace gf::ui
