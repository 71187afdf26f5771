#include "app/panels/flow/flow_maps.h"

#include "app/host/frame_request.h"
#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr std::size_t k_values_per_frame = std::size_t{1} << 19; ///< of a group
constexpr float k_row_gap = 2, k_gap_from = 8; ///< design lengths: between rows that are as high

bool is_weights(Site site) {
    return site == Site::pattern || site == Site::cross_pattern || site == Site::expert_weights;
}

} // namespace

FlowMaps::GroupOf FlowMaps::group_of(const FlowColumn& c) {
    switch (c.site) {
    case Site::attn_scores: return scores;
    case Site::pattern: return weights;
    case Site::cross_pattern: return source_weights;
    case Site::mlp_post: return mlp;
    case Site::expert_weights: return experts;
    default: return c.head != FlowHead::none ? head : c.layer < 0 ? outside : model;
    }
}

int FlowMaps::width(const Trace& t, const FlowColumn& column) {
    const int all = t.width(column.site);
    return column.head == FlowHead::none ? all : all / site_heads(t.config(), column.site);
}

int FlowMaps::width_in_view(const Trace& t, const FlowColumn& column, int rows) {
    const int n = width(t, column);
    return by_key(column.site) && !by_source(column.site) ? std::min(n, rows) : n;
}

std::span<const real> FlowMaps::values(const Trace& t, const FlowColumn& column, const FlowLayout& layout,
                                       int row) {
    const int n = width(t, column), head = column.head == FlowHead::query       ? layout.head
                                           : column.head == FlowHead::key_value ? layout.kv_head
                                                                                : 0;
    return {t.row(column.site, column.layer, row) + static_cast<std::ptrdiff_t>(head) * n,
            static_cast<std::size_t>(n)};
}

void FlowMaps::update(const Snapshot& s, const FlowLayout& layout) {
    const bool other_trace = trace_ != s.run().trace, other_layer = other_trace || layer_ != layout.layer,
               other_head = other_layer || head_ != layout.head;
    trace_ = s.run().trace;
    layer_ = layout.layer;
    head_ = layout.head;
    for (int g = 0; g <= source_weights; ++g) {
        Group& group = groups_[static_cast<std::size_t>(g)];
        const bool of_head = g == head || g >= scores;
        if (g == outside ? other_trace : of_head ? other_head : other_layer) {
            for (const FlowColumn& c : group.shown) moments_[static_cast<std::size_t>(c.site)] = {};
            group.maps.clear();
            group.rows = 0;
        }
        const std::size_t before = group.shown.size();
        group.shown.clear();
        for (const FlowColumn& c : layout.columns)
            if ((c.kind == FlowKind::strip || c.kind == FlowKind::matrix) && group_of(c) == g)
                group.shown.push_back(c);
        if (group.shown.size() != before) { // the scores came or went with the room
            for (const FlowColumn& c : group.shown) moments_[static_cast<std::size_t>(c.site)] = {};
            group.maps.clear();
            group.rows = 0;
        }
        if (!group.shown.empty()) fill(group, s, layout);
    }
}

void FlowMaps::fill(Group& group, const Snapshot& s, const FlowLayout& layout) {
    const Trace& t = s.trace();
    const int cols = width(t, group.shown[0]), n_maps = static_cast<int>(group.shown.size());
    const std::size_t cost = static_cast<std::size_t>(cols) * group.shown.size();
    const int rows =
        std::min(s.run().rows, group.rows + std::max(1, static_cast<int>(k_values_per_frame / cost)));
    for (int r = group.rows; r < rows; ++r)
        for (const FlowColumn& c : group.shown) {
            if (is_weights(c.site) && by_key(c.site)) continue;
            Moments& m = moments_[static_cast<std::size_t>(c.site)];
            for (const real x : values(t, c, layout, r))
                if (std::isfinite(x)) m.squares += static_cast<double>(x) * static_cast<double>(x), ++m.n;
        }
    row_.resize(static_cast<std::size_t>(cols));
    group.maps.update({n_maps, t.capacity(), cols, PoolRule::magnitude}, rows,
                      [&](int map, int r) -> std::span<const float> {
                          const FlowColumn& c = group.shown[static_cast<std::size_t>(map)];
                          const std::span<const real> all = values(t, c, layout, r);
                          if (!by_key(c.site)) return all;
                          const Trace::Keys keys = t.keys(c.site, r);
                          const auto n = static_cast<std::size_t>(std::max(keys.end - keys.first, 0));
                          if (!is_weights(c.site)) return all.first(n);
                          const Site scores_site =
                              by_source(c.site) ? Site::cross_attn_scores : Site::attn_scores;
                          const real* scores = t.row(scores_site, c.layer, r) +
                                               static_cast<std::ptrdiff_t>(layout.head) * cols;
                          for (std::size_t k = 0; k < n; ++k)
                              row_[k] = scores[k] == k_masked_cell ? k_masked_cell : all[k];
                          return {row_.data(), n};
                      });
    group.rows = rows;
    if (rows < s.run().rows) request_frame();
}

ColourScale FlowMaps::scale(Site site) const {
    ColourScale scale = themed_heat_map(!is_weights(site)).scale;
    if (is_weights(site)) {
        scale.gamma = 0.5f;
        return scale;
    }
    const Moments& m = moments_[static_cast<std::size_t>(site)];
    scale.vmax =
        m.squares > 0 ? static_cast<float>(3 * std::sqrt(m.squares / static_cast<double>(m.n))) : 1.0f;
    return scale;
}

void FlowMaps::draw(ImDrawList& list, const FlowColumn& column, const FlowLayout& layout, int rows) {
    Group& group = groups_[static_cast<std::size_t>(group_of(column))];
    const auto at = std::find_if(group.shown.begin(), group.shown.end(),
                                 [&](const FlowColumn& c) { return c.site == column.site; });
    if (at == group.shown.end() || column.x1 - column.x0 < 1) return;
    HeatMapView view = themed_heat_map(!is_weights(column.site));
    view.scale = scale(column.site);
    view.rows = std::min(rows, group.rows);
    view.row0 = layout.row0;
    view.row1 = layout.row1;
    view.cols = width_in_view(*trace_, column, rows);
    view.col0 = 0;
    view.col1 = static_cast<float>(view.cols);
    if (layout.row_height() >= px(k_gap_from)) view.look.gap_y = px(k_row_gap);
    if (by_key(column.site) && (column.x1 - column.x0) / view.col1 >= px(k_gap_from)) view.look.gap_x = px(1);
    const HeatMapPlace place{static_cast<int>(at - group.shown.begin()),
                             {{column.x0, layout.top}, {column.x1, layout.bottom}}};
    group.maps.draw(list, {&place, 1}, view);
}

} // namespace gf::ui
