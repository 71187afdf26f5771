#include "app/panels/flow/flow_maps.h"

#include "app/host/frame_request.h"
#include "app/host/imgui_host.h"
#include "app/widgets/cell_numbers.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr std::size_t k_values_per_frame = std::size_t{1} << 19; ///< read for each group
// Design lengths: cells at least as large as the second have a gap between them.
constexpr float k_row_gap = 2, k_gap_from = 8;

bool is_weights(Site site) {
    return site == Site::pattern || site == Site::cross_pattern || site == Site::expert_weights;
}

} // namespace

FlowMaps::GroupId FlowMaps::group_of(const FlowColumn& c) {
    switch (c.site) {
    case Site::attn_scores: return scores;
    case Site::pattern: return weights;
    case Site::cross_pattern: return source_weights;
    case Site::mlp_post: return mlp;
    case Site::expert_weights: return experts;
    default: return c.head != FlowHeadAxis::none ? head : c.layer < 0 ? outside : model;
    }
}

int FlowMaps::n_columns(const Trace& t, const FlowColumn& column) {
    const int all = t.width(column.site);
    return column.head == FlowHeadAxis::none ? all : all / site_heads(t.config(), column.site);
}

int FlowMaps::n_columns_in_view(const Trace& t, const FlowColumn& column, int rows) {
    const int n = n_columns(t, column);
    return has_key_axis(column.site) && !has_source_keys(column.site) ? std::min(n, rows) : n;
}

std::span<const real> FlowMaps::row_values(const RunView& view, const FlowColumn& column,
                                           const FlowLayout& layout, int row, std::vector<real>& scratch) {
    const SiteValues values = view.values({column.site, column.layer});
    if (!values.exists() || row >= values.rows()) return {};
    if (column.head == FlowHeadAxis::none) return values.whole_row(row, scratch);
    return values.row(column.head == FlowHeadAxis::query ? layout.head : layout.kv_head, row, scratch);
}

/// Forgets what was read.
void FlowMaps::restart(Group& group) {
    for (const FlowColumn& c : group.shown) square_sums_[static_cast<std::size_t>(c.site)] = {};
    group.maps.clear();
    group.rows = 0;
}

void FlowMaps::update(const View& v, const FlowLayout& layout) {
    const bool other_trace = source_ != v.values.source(),
               other_layer = other_trace || layer_ != layout.layer,
               other_head = other_layer || head_ != layout.head;
    source_ = v.values.source();
    layer_ = layout.layer;
    head_ = layout.head;
    for (int id = 0; id < k_n_groups; ++id) {
        Group& group = groups_[static_cast<std::size_t>(id)];
        const bool shows_one_head = id == head || id >= scores;
        if (id == outside ? other_trace : shows_one_head ? other_head : other_layer) restart(group);
        const std::size_t n_before = group.shown.size();
        group.shown.clear();
        for (const FlowColumn& c : layout.columns)
            if (c.has_map() && group_of(c) == id) group.shown.push_back(c);
        if (group.shown.size() != n_before) restart(group); // columns come and go with the panel's width
        if (!group.shown.empty()) fill(group, v, layout);
    }
}

/// Counts the squares of the rows from group.rows up to row_end. Weights have a colour scale of their own.
void FlowMaps::add_squares(const Group& group, const RunView& view, const FlowLayout& layout, int row_end) {
    for (int r = group.rows; r < row_end; ++r)
        for (const FlowColumn& c : group.shown) {
            if (!has_both_signs(c.site) && has_key_axis(c.site)) continue;
            SquareSum& sum = square_sums_[static_cast<std::size_t>(c.site)];
            for (const real x : row_values(view, c, layout, r, row_)) {
                if (!std::isfinite(x)) continue;
                sum.squares += static_cast<double>(x) * static_cast<double>(x);
                ++sum.n;
            }
        }
}

void FlowMaps::fill(Group& group, const View& v, const FlowLayout& layout) {
    const Trace& t = v.trace();
    const int n_cols = n_columns(t, group.shown[0]), n_maps = static_cast<int>(group.shown.size());
    const std::size_t values_per_row = static_cast<std::size_t>(n_cols) * group.shown.size();
    const int rows_per_frame = std::max(1, static_cast<int>(k_values_per_frame / values_per_row));
    const int row_end = std::min(v.run.rows, group.rows + rows_per_frame);
    add_squares(group, v.values, layout, row_end);
    const auto row_of_map = [&](int map, int r) -> std::span<const float> {
        return row_values(v.values, group.shown[static_cast<std::size_t>(map)], layout, r, row_);
    };
    group.maps.update({n_maps, t.capacity(), n_cols, PoolRule::magnitude}, row_end, row_of_map);
    group.rows = row_end;
    if (row_end < v.run.rows) request_frame();
}

bool FlowMaps::has_both_signs(Site site) const {
    return !is_weights(site) || gf::has_both_signs(source_.quantity);
}

ColourScale FlowMaps::colour_scale(Site site) const {
    ColourScale scale = themed_heat_map(has_both_signs(site)).scale;
    if (!has_both_signs(site)) {
        scale.gamma = 0.5f;
        return scale;
    }
    const SquareSum& sum = square_sums_[static_cast<std::size_t>(site)];
    scale.vmax = 1;
    if (sum.squares > 0)
        scale.vmax = static_cast<float>(3 * std::sqrt(sum.squares / static_cast<double>(sum.n)));
    return scale;
}

void FlowMaps::draw(ImDrawList& list, const FlowColumn& column, const View& v, const FlowLayout& layout) {
    Group& group = groups_[static_cast<std::size_t>(group_of(column))];
    const auto at = std::find_if(group.shown.begin(), group.shown.end(),
                                 [&](const FlowColumn& c) { return c.site == column.site; });
    if (at == group.shown.end() || column.x1 - column.x0 < 1) return;
    HeatMapView view = themed_heat_map(has_both_signs(column.site));
    view.scale = colour_scale(column.site);
    view.rows = std::min(v.cursor, group.rows);
    view.cols = n_columns_in_view(v.trace(), column, v.cursor);
    view.col0 = 0;
    view.col1 = static_cast<float>(view.cols);
    if (layout.row_height() >= px(k_gap_from)) view.look.gap_y = px(k_row_gap);
    if (has_key_axis(column.site) && (column.x1 - column.x0) / view.col1 >= px(k_gap_from))
        view.look.gap_x = px(1);
    const int map = static_cast<int>(at - group.shown.begin());
    const SiteValues values = v.values.values({column.site, column.layer});
    const auto value = [&values, &layout](int row, int key) {
        return key < values.n_columns(row) ? values.at(layout.head, row, key) : k_not_visible;
    };
    const bool has_numbers = column.kind == FlowColumnKind::matrix && layout.opened >= 1 && values.exists();
    const auto draw_rows = [&](float begin, float end) {
        if (begin >= end) return;
        view.row0 = begin;
        view.row1 = end;
        const PlacedHeatMap place{map, {{column.x0, layout.y_of(begin)}, {column.x1, layout.y_of(end)}}};
        group.maps.draw(list, {&place, 1}, view);
        if (has_numbers) draw_cell_numbers(list, place, view, value, !has_both_signs(column.site));
    };
    if (layout.extra <= 0) return draw_rows(layout.row0, layout.row1);
    const auto tall = static_cast<float>(layout.tall_row); // rows of another height are a map of their own
    draw_rows(layout.row0, tall);
    draw_rows(tall, tall + 1);
    draw_rows(tall + 1, layout.row1);
}

} // namespace gf::ui
