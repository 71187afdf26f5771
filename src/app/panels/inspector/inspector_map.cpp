#include "app/panels/inspector/inspector_map.h"

#include "app/view/attention_rows.h"
#include "app/view/cell_edits.h"
#include "app/view/token_labels.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/widget_parts.h"
#include "render/heat_cells.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Multiples of the root mean square: where colours end early, and the largest value from which on they do.
constexpr double k_clip_at = 3, k_clip_from = 16;

void draw_dashed_line(ImDrawList& list, ImVec2 a, ImVec2 b, ImU32 colour) {
    const float length = std::max(std::abs(b.x - a.x), std::abs(b.y - a.y)), dash = px(4);
    const ImVec2 way{length > 0 ? (b.x - a.x) / length : 0, length > 0 ? (b.y - a.y) / length : 0};
    for (float at = 0; at < length; at += 2 * dash) {
        const float end = std::min(at + dash, length);
        list.AddLine({a.x + way.x * at, a.y + way.y * at}, {a.x + way.x * end, a.y + way.y * end}, colour,
                     std::max(px(1), 1.0f));
    }
}

} // namespace

void InspectorMap::clear() {
    map_.clear();
    n_uploaded_rows_ = 0;
    zoomed_ = false;
}

bool InspectorMap::upload(const View& v, const InspectedMatrix& matrix, std::size_t budget) {
    const auto n_cols = static_cast<std::size_t>(std::max(matrix.n_cols(), 1));
    const int n_new_rows = std::max(64, static_cast<int>(budget / n_cols) / 64 * 64);
    n_uploaded_rows_ = std::min(n_uploaded_rows_ + n_new_rows, matrix.n_rows());
    const int col_capacity = matrix.has_mask() ? v.trace().n_keys(matrix.name().site) : matrix.n_cols();
    map_.update({1, matrix.row_capacity(), col_capacity, PoolRule::magnitude}, n_uploaded_rows_,
                [&](int /*map*/, int row) { return matrix.row(row); });
    return n_uploaded_rows_ == matrix.n_rows();
}

void InspectorMap::draw(const View& v, const InspectedMatrix& matrix, const ValueStatistics& statistics,
                        const UiRect& area, Selection& selection, Commands& commands) {
    choose_colours(matrix, statistics);
    choose_view(matrix, area);
    const PlacedHeatMap place{0, area};
    map_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view_);
    draw_cell_numbers(
        *ImGui::GetWindowDrawList(), place, view_,
        [&matrix](int row, int column) {
            const std::span<const float> values = matrix.row(row);
            const auto at = static_cast<std::size_t>(column);
            return at < values.size() ? values[at] : k_not_visible;
        },
        matrix.has_mask() && !is_signed_);
    const HiddenNote hidden(write_hidden(matrix), area);
    ImGui::SetCursorScreenPos(area.min);
    ImGui::InvisibleButton("map", {std::max(area.width(), 1.0f), std::max(area.height(), 1.0f)});
    draw_focus_ring_of_last_item(px(3));
    handle_mouse(v, matrix, place, selection, commands);
    draw_outlines(v, matrix, place, selection);
    hidden.draw();
    if (hidden.is_pressed()) show_all();
}

/// "3 of 11 rows, 20 of 24 columns hidden", where a person zoomed.
std::string_view InspectorMap::write_hidden(const InspectedMatrix& matrix) {
    const auto hidden = [](int n, float in_view) {
        return n - std::min(n, static_cast<int>(std::ceil(in_view)));
    };
    const int rows = hidden(matrix.n_rows(), view_.row1 - view_.row0),
              columns = hidden(matrix.n_cols(), view_.col1 - view_.col0);
    hidden_text_.clear();
    const auto out = std::back_inserter(hidden_text_);
    if (rows > 0) fmt::format_to(out, "{} of {} rows", rows, matrix.n_rows());
    if (columns > 0)
        fmt::format_to(out, "{}{} of {} columns", rows > 0 ? ", " : "", columns, matrix.n_cols());
    if (hidden_text_.size() > 0) fmt::format_to(out, " hidden");
    return {hidden_text_.data(), hidden_text_.size()};
}

void InspectorMap::choose_colours(const InspectedMatrix& matrix, const ValueStatistics& statistics) {
    const bool known = statistics.n > 0;
    const bool is_signed = is_signed_ = !known || statistics.least < 0;
    const HeatMapView themed = themed_heat_map(is_signed); // in each frame, since the theme may change
    view_.look = themed.look;
    view_.scale = themed.scale;
    double largest = known ? std::max(std::abs(statistics.least), std::abs(statistics.greatest)) : 1;
    const double rms = known ? statistics.norm() / std::sqrt(static_cast<double>(statistics.n)) : 1;
    clipped_ = is_signed && largest > k_clip_from * rms; // one attention sink would leave all else white
    if (clipped_) largest = k_clip_at * rms;
    view_.scale.vmax = static_cast<float>(largest > 0 ? largest : 1);
    view_.scale.vmin = is_signed ? -view_.scale.vmax : 0;
    const Site site = matrix.name().site;
    if (matrix.is_site() && site == score_and_pattern_sites(attention_of_site(site)).pattern)
        view_.scale.gamma = 0.5f; // as in the other panels
}

/// All of the matrix, or what a person zoomed to.
void InspectorMap::choose_view(const InspectedMatrix& matrix, const UiRect& area) {
    const auto rows = static_cast<float>(matrix.n_rows()), cols = static_cast<float>(matrix.n_cols());
    view_.rows = std::min(n_uploaded_rows_, matrix.n_rows());
    view_.cols = matrix.n_cols();
    if (!zoomed_ || view_.row1 > rows || view_.col1 > cols) {
        zoomed_ = false;
        view_.row0 = view_.col0 = 0;
        view_.row1 = rows;
        view_.col1 = cols;
    }
    const float cell_width = area.width() / (view_.col1 - view_.col0),
                cell_height = area.height() / (view_.row1 - view_.row0);
    if (std::min(cell_width, cell_height) >= px(8)) view_.look.gap_x = view_.look.gap_y = px(1);
}

void InspectorMap::handle_mouse(const View& v, const InspectedMatrix& matrix, const PlacedHeatMap& place,
                                Selection& selection, Commands& commands) {
    hovered_.reset();
    if (!ImGui::IsItemHovered() && !ImGui::IsItemActive()) return;
    if (navigate_heat_map(view_, place.rect))
        zoomed_ = view_.row1 - view_.row0 < static_cast<float>(matrix.n_rows()) ||
                  view_.col1 - view_.col0 < static_cast<float>(matrix.n_cols());
    hovered_ = heat_map_cell_at({&place, 1}, view_, ImGui::GetMousePos());
    if (!hovered_) return;
    const CellRef cell = matrix.cell_ref(hovered_->row, hovered_->col);
    selection.cell.set(cell);
    if (matrix.rows_are_positions()) selection.token.set(cell.row);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{v.address(cell)});
    else if (ImGui::IsItemDeactivated() && ImGui::GetIO().MouseDragMaxDistanceSqr[0] < 9)
        commands.post(command::PinCell{v.address(cell)});
}

/// Outlines what is in focus, what it is computed from (solid) and what it feeds (dashed), and marks what is
/// edited.
void InspectorMap::draw_outlines(const View& v, const InspectedMatrix& matrix, const PlacedHeatMap& place,
                                 const Selection& selection) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 accent = theme().accent;
    const auto rect_around = [&](const InspectedMatrix::Part& part) {
        UiRect r = heat_map_cell_rect(place, view_, part.row_begin, part.col_begin);
        r.max = heat_map_cell_rect(place, view_, part.row_end - 1, part.col_end - 1).max;
        const float grow = px(1);
        return UiRect{{r.min.x - grow, r.min.y - grow},
                      {std::max(r.max.x, r.min.x + px(2)) + grow, std::max(r.max.y, r.min.y + px(2)) + grow}};
    };
    list.PushClipRect({place.rect.min.x - px(2), place.rect.min.y - px(2)},
                      {place.rect.max.x + px(2), place.rect.max.y + px(2)}, true);
    for (const CellRange& range : selection.dependents_in(v.run.id))
        if (const auto part = matrix.part_in(range)) {
            const UiRect r = rect_around(*part);
            draw_dashed_line(list, r.min, {r.max.x, r.min.y}, accent);
            draw_dashed_line(list, {r.max.x, r.min.y}, r.max, accent);
            draw_dashed_line(list, {r.min.x, r.max.y}, r.max, accent);
            draw_dashed_line(list, r.min, {r.min.x, r.max.y}, accent);
        }
    for (const CellRange& range : selection.precedents_in(v.run.id))
        if (const auto part = matrix.part_in(range)) {
            const UiRect r = rect_around(*part);
            list.AddRect(r.min, r.max, accent, px(1), 0, std::max(px(1), 1.0f));
        }
    if (const auto cell = selection.focus_in(v.run.id))
        if (const auto part = matrix.part_in(*cell)) {
            const UiRect r = rect_around(*part);
            list.AddRect(r.min, r.max, accent, px(1), 0, px(2));
        }
    for (const RunEdit& e : v.edits())
        if (const auto part = matrix.part_in(e.range)) {
            const UiRect r = heat_map_cell_rect(place, view_, part->row_begin, part->col_begin);
            draw_edit_mark(list, r.min, r.max, v.snapshot.edits_on);
        }
    list.PopClipRect();
}

void InspectorMap::draw_caption(const View& v, const InspectedMatrix& matrix, const UiRect& line) {
    text_.clear();
    if (!hovered_) return draw_view_note(line, draw_legend(matrix, line));
    write_hovered_cell(v, matrix);
    draw_text_cut(*ImGui::GetWindowDrawList(), line, font(TextSize::small), theme().text, text());
}

/// "0.71243   row 3 lo, head 2, column 1 to".
void InspectorMap::write_hovered_cell(const View& v, const InspectedMatrix& matrix) {
    const auto out = std::back_inserter(text_);
    const std::span<const float> row = matrix.row(hovered_->row);
    const auto col = static_cast<std::size_t>(hovered_->col);
    const bool is_masked = matrix.has_mask() && (col >= row.size() || row[col] == k_not_visible);
    if (is_masked)
        fmt::format_to(out, "masked");
    else
        fmt::format_to(out, "{:.5g}", row[col]);
    const CellRef cell = matrix.cell_ref(hovered_->row, hovered_->col);
    fmt::format_to(out, "   row {}", cell.row);
    const Axis rows = matrix.is_site() ? row_axis(cell.site) : Axis::one;
    if (rows == Axis::pos) fmt::format_to(out, " {}", token_labels().label(v.run.token(cell.row)));
    if (rows == Axis::source)
        fmt::format_to(out, " {} of the source", token_labels().label(v.source->token(cell.row)));
    if (cell.head >= 0) fmt::format_to(out, ", {} {}", matrix.head_word(), cell.head);
    fmt::format_to(out, ", column {}", cell.column);
    const Attention attention = attention_of_site(cell.site);
    if (matrix.has_mask() && cell.column < n_keys_in_view(v, attention))
        fmt::format_to(out, " {}{}", token_labels().label(run_of_keys(v, attention).token(cell.column)),
                       attention == Attention::cross ? " of the source" : "");
}

/// Draws the legend where there is room for it. Returns where it ends, in pixels.
float InspectorMap::draw_legend(const InspectedMatrix& matrix, const UiRect& line) const {
    char least[24], greatest[24];
    *fmt::format_to_n(least, sizeof least - 1, "{}{:.3g}", clipped_ ? "≤ " : "", view_.scale.vmin).out = 0;
    *fmt::format_to_n(greatest, sizeof greatest - 1, "{}{:.3g}", clipped_ ? "≥ " : "", view_.scale.vmax).out =
        0;
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float width = measure(numbers, least).x + measure(numbers, greatest).x +
                        measure(font(TextSize::small), "values").x + px(80 + 4 * 8);
    if (width > line.width()) return line.min.x;
    ImGui::SetCursorScreenPos({line.min.x, line.min.y + px(1)});
    colour_legend({"values", least, greatest, matrix.has_mask() && width + px(90) <= line.width()},
                  view_.scale);
    return ImGui::GetItemRectMax().x + px(8);
}

/// Says how the map simplifies the values, as much of it as there is room for: "clipped at 3 rms;
/// max-pooled: 2.5 columns a pixel".
void InspectorMap::draw_view_note(const UiRect& line, float left) {
    std::array<std::size_t, 4> part_ends{}; // where the text can be cut
    std::size_t n_parts = 0;
    const auto append = [&](const char* words, auto... numbers) {
        fmt::format_to(std::back_inserter(text_), fmt::runtime(words), numbers...);
        part_ends[n_parts++] = text_.size();
    };
    const float cols_per_pixel = (view_.col1 - view_.col0) / std::max(line.width(), 1.0f);
    const bool pools_cols = cols_per_pixel > 1.01f;
    if (clipped_) append("clipped"), append(" at {} rms", k_clip_at);
    if (map_.pooled_maps() || pools_cols) append(clipped_ ? "; max-pooled" : "max-pooled");
    if (pools_cols) append(": {:.1f} columns a pixel", cols_per_pixel);
    ImFont* face = font(TextSize::small);
    while (n_parts > 0 && measure(face, text().substr(0, part_ends[n_parts - 1])).x > line.max.x - left)
        --n_parts;
    if (n_parts == 0) return;
    draw_text_cut(*ImGui::GetWindowDrawList(), {{left, line.min.y}, line.max}, face, theme().muted,
                  text().substr(0, part_ends[n_parts - 1]));
}

} // namespace gf::ui
