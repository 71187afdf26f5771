#include "app/widgets/heat_map_widget.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_hatch_period = 12;     // design lengths
constexpr float k_hatched_from = 64;     // design lengths; smaller maps show masked cells plain
constexpr float k_min_cells_in_view = 4; // how far one can zoom in

/// The colour that the heat map shader gives to a cell, for strips.
ImU32 cell_colour(const ColourScale& scale, float value) {
    const HeatMapLook& look = theme().heat;
    switch (cell_kind(value)) {
    case CellKind::masked: return pack(look.masked_fill);
    case CellKind::nan: return pack(look.nan);
    case CellKind::positive_infinity: return pack(look.infinity);
    case CellKind::value: break;
    }
    return pack(colour_of(scale, value));
}

/// Zooms the range [from, to] of one axis by `factor` about `centre` and moves it by `shift`, within [0,
/// end]. All are in cells.
void navigate_axis(float& from, float& to, float end, float centre, float factor, float shift) {
    const float length = std::clamp((to - from) * factor, std::min(k_min_cells_in_view, end), end);
    const float kept = (to - from) > 0 ? (centre - from) / (to - from) : 0;
    from = std::clamp(centre - kept * length + shift, 0.0f, end - length);
    to = from + length;
}

} // namespace

HeatMapView themed_heat_map(bool signed_values) {
    const Theme& t = theme();
    HeatMapView view;
    view.scale.map = signed_values ? t.diverging : t.sequential;
    view.look = t.heat;
    view.look.hatch_period = px(k_hatch_period);
    return view;
}

std::optional<HeatMapCell> heat_map_cell_at(std::span<const PlacedHeatMap> places, const HeatMapView& view,
                                            ImVec2 point) {
    for (const auto& [map, rect] : places) {
        if (!rect.contains(point)) continue;
        const float row = view.row0 + (point.y - rect.min.y) / rect.height() * (view.row1 - view.row0);
        const float col = view.col0 + (point.x - rect.min.x) / rect.width() * (view.col1 - view.col0);
        const HeatMapCell cell{map, static_cast<int>(std::floor(row)), static_cast<int>(std::floor(col))};
        if (cell.row >= 0 && cell.row < view.rows && cell.col >= 0 && cell.col < view.cols) return cell;
    }
    return std::nullopt;
}

UiRect heat_map_cell_rect(const PlacedHeatMap& place, const HeatMapView& view, int row, int col) {
    const UiRect& rect = place.rect;
    const float width = rect.width() / (view.col1 - view.col0);
    const float height = rect.height() / (view.row1 - view.row0);
    const ImVec2 min = {rect.min.x + (static_cast<float>(col) - view.col0) * width,
                        rect.min.y + (static_cast<float>(row) - view.row0) * height};
    return {min, {min.x + width - view.look.gap_x, min.y + height - view.look.gap_y}};
}

bool navigate_heat_map(HeatMapView& view, const UiRect& rect) {
    const ImGuiIO& io = ImGui::GetIO();
    // Ctrl+wheel is left out, since it scales the interface.
    const bool zooms = ImGui::IsItemHovered() && io.MouseWheel != 0 && !io.KeyCtrl;
    const bool pans = ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left);
    if (!zooms && !pans) return false;
    const HeatMapView before = view;
    const float factor = zooms ? std::pow(0.85f, io.MouseWheel) : 1.0f;
    const float cols_per_pixel = (view.col1 - view.col0) / rect.width();
    const float rows_per_pixel = (view.row1 - view.row0) / rect.height();
    const float col = view.col0 + (io.MousePos.x - rect.min.x) * cols_per_pixel;
    const float row = view.row0 + (io.MousePos.y - rect.min.y) * rows_per_pixel;
    const ImVec2 drag = pans ? io.MouseDelta : ImVec2(0, 0);
    navigate_axis(view.col0, view.col1, static_cast<float>(view.cols), col, factor, -drag.x * cols_per_pixel);
    navigate_axis(view.row0, view.row1, static_cast<float>(view.rows), row, factor, -drag.y * rows_per_pixel);
    return before.col0 != view.col0 || before.col1 != view.col1 || before.row0 != view.row0 ||
           before.row1 != view.row1;
}

void HeatMapWidget::update(const HeatMapShape& capacity, int rows, const HeatMapRows& source) {
    if (!ImGuiHost::current().has_gl()) return;
    if (!maps_) maps_.emplace();
    maps_->reserve(capacity);
    maps_->upload_rows(maps_->rows_held(), rows - maps_->rows_held(), source);
}

void HeatMapWidget::clear() {
    if (maps_) maps_->clear();
}

void HeatMapWidget::draw(ImDrawList& list, std::span<const PlacedHeatMap> places, const HeatMapView& view) {
    if (!maps_ || places.empty()) return;
    if (frame_ != ImGui::GetFrameCount()) {
        frame_ = ImGui::GetFrameCount();
        n_calls_used_ = 0;
    }
    if (n_calls_used_ == calls_.size()) calls_.emplace_back();
    Call& call = calls_[n_calls_used_++];
    call.maps = &*maps_;
    call.places.assign(places.begin(), places.end());
    call.view = view;
    const UiRect& first = places.front().rect;
    if (std::min(first.width(), first.height()) < px(k_hatched_from)) call.view.look.hatch_period = 0;
    list.AddCallback(&HeatMapWidget::paint, &call);
    list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

// Called by ImGui's renderer, once the size of the framebuffer is known.
void HeatMapWidget::paint(const ImDrawList*, const ImDrawCmd* command) {
    Call& call = *static_cast<Call*>(command->UserCallbackData);
    const ImDrawData& frame = *ImGui::GetDrawData();
    const ImVec2 scale = frame.FramebufferScale, origin = frame.DisplayPos;
    const auto pixels = [&](float x0, float y0, float x1, float y1) {
        return PixelRect{(x0 - origin.x) * scale.x, (y0 - origin.y) * scale.y, (x1 - origin.x) * scale.x,
                         (y1 - origin.y) * scale.y};
    };
    call.placements.clear();
    for (const auto& [map, rect] : call.places)
        call.placements.push_back({map, pixels(rect.min.x, rect.min.y, rect.max.x, rect.max.y)});
    HeatMapView view = call.view;
    view.look.gap_x *= scale.x;
    view.look.gap_y *= scale.y;
    view.look.hatch_period *= scale.x;
    const ImVec4& clip = command->ClipRect;
    call.maps->draw(call.placements, view,
                    {static_cast<int>(frame.DisplaySize.x * scale.x),
                     static_cast<int>(frame.DisplaySize.y * scale.y),
                     pixels(clip.x, clip.y, clip.z, clip.w)});
}

void draw_heat_strip(ImDrawList& list, const UiRect& rect, std::span<const float> values,
                     const ColourScale& scale, PoolRule pool) {
    const auto n = values.size();
    const auto n_drawn = std::min(n, static_cast<std::size_t>(std::max(rect.width(), 1.0f)));
    const auto x_of = [&](std::size_t i) {
        return rect.min.x + std::round(rect.width() * static_cast<float>(i) / static_cast<float>(n_drawn));
    };
    for (std::size_t i = 0; i < n_drawn; ++i) {
        float cell = values[i * n / n_drawn];
        for (std::size_t j = i * n / n_drawn + 1; j < (i + 1) * n / n_drawn; ++j)
            cell = pool_cells(pool, cell, values[j]);
        list.AddRectFilled({x_of(i), rect.min.y}, {x_of(i + 1), rect.max.y}, cell_colour(scale, cell));
    }
}

} // namespace gf::ui
