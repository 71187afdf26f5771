#include "app/panels/lab/lab_plots.h"

#include "app/widgets/plain_text.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>
#include <implot.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_hatch_pitch = 7, k_lock_line = 26, k_table_line = 22, k_grid_label = 16;
constexpr float k_row_labels_share = 0.3f; ///< of a grid's width, that its rows' labels may take
constexpr ImU32 k_black = rgb(0), k_white = rgb(0xffffff);
constexpr int k_max_printed_columns = 14; ///< in grids of more columns cells have no numbers

/// "loss (nats)".
std::string axis_words(const PlotAxis& axis) {
    return axis.unit.empty() ? axis.label : fmt::format("{} ({})", axis.label, axis.unit);
}

ImPlotScale scale_of(const PlotAxis& axis) {
    return axis.logarithmic ? ImPlotScale_Log10 : ImPlotScale_Linear;
}

/// "1.23", "0.0012", "12 300".
std::string number_words(double x) { return std::isfinite(x) ? fmt::format("{:.4g}", x) : "no value"; }

/// A dashed line across the plot that is open.
void draw_guess(double guess) {
    const ImPlotRect limits = ImPlot::GetPlotLimits();
    const ImVec2 from = ImPlot::PlotToPixels(limits.X.Min, guess),
                 to = ImPlot::PlotToPixels(limits.X.Max, guess);
    ImDrawList& list = *ImPlot::GetPlotDrawList();
    ImPlot::PushPlotClipRect();
    for (float x = from.x; x < to.x; x += px(9))
        list.AddLine({x, from.y}, {std::min(x + px(5), to.x), from.y}, theme().accent, px(2));
    const std::string words = fmt::format("your prediction: {}", number_words(guess));
    ImFont* f = font(TextSize::small, Face::bold);
    const float y =
        from.y - f->FontSize - px(3) < ImPlot::GetPlotPos().y ? from.y + px(3) : from.y - f->FontSize - px(3);
    draw_text(list, {{from.x, y}, {to.x, y + f->FontSize}}, from.x + px(8), f, theme().accent_text, words);
    ImPlot::PopPlotClipRect();
}

/// The axes of a plot whose limits follow its data, and its guess.
bool begin_axes(const LabPlot& plot, const UiRect& area, const PlotAxis& x, const PlotAxis& y,
                ImPlotAxisFlags x_flags) {
    ImGui::SetCursorScreenPos(area.min);
    constexpr ImPlotFlags k_flags = ImPlotFlags_NoTitle | ImPlotFlags_NoMenus | ImPlotFlags_NoBoxSelect;
    if (!ImPlot::BeginPlot(plot.id.c_str(), area.size(), k_flags)) return false;
    const std::string x_words = axis_words(x), y_words = axis_words(y);
    ImPlot::SetupAxes(x_words.empty() ? nullptr : x_words.c_str(),
                      y_words.empty() ? nullptr : y_words.c_str(), ImPlotAxisFlags_AutoFit | x_flags,
                      ImPlotAxisFlags_AutoFit);
    ImPlot::SetupAxisScale(ImAxis_X1, scale_of(x));
    ImPlot::SetupAxisScale(ImAxis_Y1, scale_of(y));
    ImPlot::SetupLegend(ImPlotLocation_NorthEast, ImPlotLegendFlags_None);
    return true;
}

void draw_curves(const LabPlot& plot, const Curves& curves, const UiRect& area, std::optional<double> guess) {
    if (!begin_axes(plot, area, curves.x, curves.y, 0)) return;
    if (guess) { // the limits are to hold it
        const double x = curves.series.empty() || curves.series[0].x.empty() ? 0 : curves.series[0].x[0];
        ImPlot::SetNextLineStyle({0, 0, 0, 0});
        ImPlot::PlotLine("##guess", &x, &*guess, 1, ImPlotItemFlags_NoLegend);
    }
    for (const PlotSeries& s : curves.series) {
        const int n = static_cast<int>(std::min(s.x.size(), s.y.size()));
        if (curves.points || n == 1) {
            ImPlot::PlotScatter(s.name.c_str(), s.x.data(), s.y.data(), n);
        } else {
            if (n <= 40) ImPlot::SetNextMarkerStyle(ImPlotMarker_Circle, px(2.5f));
            ImPlot::PlotLine(s.name.c_str(), s.x.data(), s.y.data(), n, ImPlotLineFlags_SkipNaN);
        }
    }
    if (guess) draw_guess(*guess);
    ImPlot::EndPlot();
}

void draw_bars(const LabPlot& plot, const Bars& bars, const UiRect& area, std::optional<double> guess) {
    if (!begin_axes(plot, area, {}, bars.y, ImPlotAxisFlags_NoGridLines | ImPlotAxisFlags_NoTickMarks))
        return;
    std::vector<double> places;
    std::vector<const char*> labels;
    for (std::size_t i = 0; i < bars.categories.size(); ++i) {
        places.push_back(static_cast<double>(i));
        labels.push_back(bars.categories[i].c_str());
    }
    const auto n = static_cast<int>(places.size());
    ImPlot::SetupAxisTicks(ImAxis_X1, places.data(), n, labels.data());
    const double width = 0.7 / std::max<double>(1, static_cast<double>(bars.series.size()));
    for (std::size_t s = 0; s < bars.series.size(); ++s) {
        const auto& heights = bars.series[s].heights;
        const double shift =
            (static_cast<double>(s) - 0.5 * static_cast<double>(bars.series.size() - 1)) * width;
        std::vector<double> xs, ys;
        for (std::size_t i = 0; i < std::min(heights.size(), places.size()); ++i)
            if (std::isfinite(heights[i])) xs.push_back(places[i] + shift), ys.push_back(heights[i]);
        ImPlot::PlotBars(bars.series[s].name.c_str(), xs.data(), ys.data(), static_cast<int>(xs.size()),
                         width, bars.series.size() == 1 ? ImPlotItemFlags_NoLegend : 0);
        for (std::size_t i = 0; i < xs.size(); ++i) // the number at each bar's end
            if (n * static_cast<int>(bars.series.size()) <= 24)
                ImPlot::PlotText(fmt::format("{:.3g}", ys[i]).c_str(), xs[i], ys[i],
                                 {0, ys[i] < 0 ? px(8) : -px(8)});
    }
    if (guess) draw_guess(*guess);
    ImPlot::EndPlot();
}

void draw_grid(const HeatGrid& grid, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const auto n_rows = static_cast<int>(grid.rows.size()), n_columns = static_cast<int>(grid.columns.size());
    if (n_rows == 0 || n_columns == 0) return;
    float labels = 0;
    for (const std::string& row : grid.rows) labels = std::max(labels, measure(f, row).x + px(8));
    labels = std::min(std::ceil(labels), area.width() * k_row_labels_share);
    const UiRect cells{{area.min.x + labels, area.min.y}, {area.max.x, area.max.y - px(2 * k_grid_label)}};
    const float width = cells.width() / static_cast<float>(n_columns),
                height = cells.height() / static_cast<float>(n_rows);
    const bool prints = n_columns <= k_max_printed_columns && height >= f->FontSize + 2;
    ImGui::SetCursorScreenPos(cells.min);
    text_item("grid", cells.size());
    std::string tip;
    for (int r = 0; r < n_rows; ++r) {
        const float y = cells.min.y + height * static_cast<float>(r);
        if (height >= f->FontSize)
            draw_text_cut(list, {{area.min.x, y}, {cells.min.x - px(6), y + height}}, f, t.muted,
                          grid.rows[static_cast<std::size_t>(r)]);
        for (int c = 0; c < n_columns; ++c) {
            const double value = grid.values[static_cast<std::size_t>(r * n_columns + c)];
            const float x = cells.min.x + width * static_cast<float>(c);
            const UiRect cell{{x, y}, {x + width - 1, y + height - 1}};
            if (!std::isfinite(value)) {
                draw_fill(list, cell, t.well, 0);
                continue;
            }
            const double share =
                grid.high > grid.low ? std::clamp((value - grid.low) / (grid.high - grid.low), 0.0, 1.0) : 0;
            const ImU32 colour = pack(colour_of({t.sequential, 0, 1}, static_cast<float>(share)));
            draw_fill(list, cell, colour, 0);
            if (prints)
                draw_text_centred(list, cell, f,
                                  contrast(colour, k_black) > contrast(colour, k_white) ? k_black : k_white,
                                  fmt::format("{:.2f}", value));
            if (ImGui::IsMouseHoveringRect(cell.min, cell.max) && ImGui::IsWindowHovered())
                tip = fmt::format("{}, {}: {} {}", grid.rows[static_cast<std::size_t>(r)],
                                  grid.columns[static_cast<std::size_t>(c)], number_words(value), grid.unit);
        }
    }
    float free_from = cells.min.x;
    for (int c = 0; c < n_columns; ++c) {
        const std::string& words = grid.columns[static_cast<std::size_t>(c)];
        const float w = measure(f, words).x, x = cells.min.x + width * (static_cast<float>(c) + 0.5f) - w / 2;
        if (x < free_from || x + w > area.max.x) continue;
        draw_text(list, {{x, cells.max.y}, {x + w, cells.max.y + px(k_grid_label)}}, x, f, t.muted, words);
        free_from = x + w + px(4);
    }
    draw_text_cut(list, {{area.min.x, area.max.y - px(k_grid_label)}, area.max}, f, t.muted,
                  fmt::format("rows: {}; columns: {}; colour: {} from {} to {}", axis_words(grid.y),
                              axis_words(grid.x), grid.unit, number_words(grid.low),
                              number_words(grid.high)));
    if (!tip.empty()) tooltip(tip);
}

void draw_table(const PlotTable& table, const UiRect& area) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const std::size_t n = table.columns.size();
    if (n == 0) return;
    std::vector<float> wanted(n);
    ImFont *bold = font(TextSize::small, Face::bold), *plain = font(TextSize::small);
    for (std::size_t c = 0; c < n; ++c) wanted[c] = measure(bold, table.columns[c]).x;
    for (const auto& row : table.rows)
        for (std::size_t c = 0; c < std::min(n, row.size()); ++c)
            wanted[c] = std::max(wanted[c], measure(plain, row[c]).x);
    float sum = 0;
    for (float& w : wanted) sum += w += px(16);
    const float shrink = std::min(1.0f, area.width() / sum);
    float y = area.min.y;
    const auto write = [&](const std::vector<std::string>& words, ImFont* f, ImU32 ink) {
        float x = area.min.x;
        for (std::size_t c = 0; c < std::min(n, words.size()); ++c) {
            draw_text_cut(list, {{x, y}, {x + wanted[c] * shrink - px(8), y + px(k_table_line)}}, f, ink,
                          words[c]);
            x += wanted[c] * shrink;
        }
        y += px(k_table_line);
    };
    write(table.columns, bold, t.muted);
    for (const auto& row : table.rows) {
        if (y + px(k_table_line) > area.max.y) { // the last line says how many are left out
            draw_text_cut(list, {{area.min.x, area.max.y - px(k_table_line)}, area.max}, bold, t.accent_text,
                          fmt::format("{} rows hidden", table.rows.end() - std::find(table.rows.begin(),
                                                                                     table.rows.end(), row)));
            return;
        }
        write(row, plain, t.text);
    }
}

} // namespace

void draw_lab_plot(const LabPlot& plot, const UiRect& area, std::optional<double> guess) {
    if (area.width() < px(60) || area.height() < px(40)) return;
    if (const auto* curves = std::get_if<Curves>(&plot.body)) draw_curves(plot, *curves, area, guess);
    if (const auto* bars = std::get_if<Bars>(&plot.body)) draw_bars(plot, *bars, area, guess);
    if (const auto* grid = std::get_if<HeatGrid>(&plot.body)) draw_grid(*grid, area);
    if (const auto* table = std::get_if<PlotTable>(&plot.body)) draw_table(*table, area);
}

void draw_locked(const UiRect& area, std::string_view words) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_fill(list, area, t.well, px(6));
    list.PushClipRect(area.min, area.max, true);
    for (float x = area.min.x - area.height(); x < area.max.x; x += px(k_hatch_pitch))
        list.AddLine({x, area.max.y}, {x + area.height(), area.min.y}, t.border, px(1));
    list.PopClipRect();
    ImFont* f = font(TextSize::small);
    const float width = std::min(measure(f, words).x + px(20), area.width() - px(8));
    const float height = std::min(px(k_lock_line), area.height());
    const UiRect box{{area.center().x - width / 2, area.center().y - height / 2},
                     {area.center().x + width / 2, area.center().y + height / 2}};
    draw_fill(list, box, t.panel, px(5));
    draw_text_cut(list, {{box.min.x + px(10), box.min.y}, {box.max.x, box.max.y}}, f, t.muted, words);
}

} // namespace gf::ui
