#include "app/widgets/cell_numbers.h"

#include "render/heat_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_most_numbers = 3000; ///< of cells in view, so that a frame stays short

/// "0", ".66", "1" for weights; else three significant digits, or so many less as `fewer` says.
std::string_view write_cell(char (&room)[24], float value, bool is_weight, int fewer) {
    char* end = room;
    if (is_weight && value >= 0 && value <= 1) {
        end = fmt::format_to_n(room, sizeof room, "{:.2f}", value).out;
        const std::string_view text(room, static_cast<std::size_t>(end - room));
        return text == "0.00" ? "0" : text == "1.00" ? "1" : text.substr(1);
    }
    const float size = std::abs(value);
    const int decimals = size < 10 ? 2 : size < 100 ? 1 : 0;
    end = fmt::format_to_n(room, sizeof room, "{:.{}f}", value, std::max(decimals - fewer, 0)).out;
    std::string_view text(room, static_cast<std::size_t>(end - room));
    if (text.find_first_not_of("-0.") == std::string_view::npos) return "0";
    if (text.starts_with("-0.")) room[1] = '-', text.remove_prefix(1); // "-.14"
    if (text.starts_with("0.")) text.remove_prefix(1);
    return text;
}

} // namespace

bool has_cell_numbers(const PlacedHeatMap& place, const HeatMapView& view) {
    const float rows = view.row1 - view.row0, cols = view.col1 - view.col0;
    return place.rect.width() / cols >= px(k_least_number_cell) &&
           place.rect.height() / rows >= font(TextSize::small)->FontSize && rows * cols <= k_most_numbers;
}

void draw_cell_numbers(ImDrawList& list, const PlacedHeatMap& place, const HeatMapView& view,
                       const std::function<float(int row, int column)>& value, bool are_weights) {
    if (!has_cell_numbers(place, view)) return;
    ImFont* face = font(TextSize::small, Face::mono);
    const auto begin = [](float from) { return std::max(0, static_cast<int>(std::floor(from))); };
    const auto end = [](float to, int n) { return std::min(n, static_cast<int>(std::ceil(to))); };
    list.PushClipRect(place.rect.min, place.rect.max, true);
    char room[24];
    for (int row = begin(view.row0); row < end(view.row1, view.rows); ++row)
        for (int col = begin(view.col0); col < end(view.col1, view.cols); ++col) {
            const float x = value(row, col);
            if (cell_kind(x) != CellKind::value) continue;
            const UiRect cell = heat_map_cell_rect(place, view, row, col);
            std::string_view text;
            ImVec2 size{FLT_MAX, 0};
            for (int fewer = 0; fewer < 3 && size.x > cell.width() - px(2); ++fewer) {
                text = write_cell(room, x, are_weights, fewer);
                size = measure(face, text);
            }
            if (size.x > cell.width() - px(2)) continue;
            const ImU32 ink = black_or_white_on(pack(colour_of(view.scale, x)));
            draw_text(list, cell, std::floor(cell.center().x - size.x / 2), face, ink, text);
        }
    list.PopClipRect();
}

HiddenNote::HiddenNote(std::string_view text, const UiRect& area) : text_(text) {
    if (text.empty()) return;
    ImFont* face = font(TextSize::small, Face::bold);
    const float width = std::min(std::ceil(measure(face, text).x) + px(16), area.width() - px(4));
    ImGui::SetCursorScreenPos({area.max.x - width - px(2), area.min.y + px(2)});
    item_ = button_item("show all", {std::max(width, 1.0f), face->FontSize + px(6)});
}

void HiddenNote::draw() const {
    if (!item_.seen) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float rounding = item_.box.height() / 2;
    draw_fill(list, item_.box, item_.hovered ? t.control_hover : t.accent_tint, rounding);
    draw_border(list, item_.box, t.accent, rounding);
    draw_text_cut(list,
                  {{item_.box.min.x + px(8), item_.box.min.y}, {item_.box.max.x - px(4), item_.box.max.y}},
                  font(TextSize::small, Face::bold), t.accent_text, text_);
    if (item_.focused_by_key) draw_border(list, item_.box.grown(px(2)), t.accent, rounding);
}

} // namespace gf::ui
