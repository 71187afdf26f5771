#include "app/panels/heads/unrolled_window.h"

#include "app/host/frame_request.h"
#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_window_row = 17, k_window_column = 12; ///< of a cell at first, at least, in design lengths
constexpr float k_most_in_view = 256;                    ///< tokens, however far a person zooms out
constexpr int k_capacity_step = 32;                      ///< of the maps on the graphics card, in tokens

int rounded_up(int n) { return (n + k_capacity_step - 1) / k_capacity_step * k_capacity_step; }

/// Puts `length` of `n` tokens in view, which end with the last one, or with `end` in their middle if that is
/// earlier.
void place(float& from, float& to, float length, float n, float end) {
    to = end > n - length ? n : std::max(length, std::floor(end + length / 2));
    from = to - length;
}

/// A gap between cells that are large enough.
void set_gaps(HeatMapView& view, const UiRect& rect) {
    if (rect.width() / (view.col1 - view.col0) >= px(6)) view.look.gap_x = std::max(px(1), 1.0f);
    if (rect.height() / (view.row1 - view.row0) >= px(6)) view.look.gap_y = std::max(px(1), 1.0f);
}

/// Keeps a zoomed range within n tokens and the most that can be shown.
void keep(float& from, float& to, float n) {
    const float length = std::min({to - from, n, k_most_in_view}), middle = (from + to) / 2;
    from = std::clamp(middle - length / 2, 0.0f, n - length);
    to = from + length;
}

} // namespace

void UnrolledWindow::choose(const HeadContext& context, ImVec2 room) {
    const auto n_queries = static_cast<float>(context.n_queries()),
               n_keys = static_cast<float>(context.n_keys());
    if (inputs_.source.trace.lock() != context.view.run.trace || inputs_.attention != context.attention)
        zoomed_ = false;
    zoom_.rows = context.n_queries(), zoom_.cols = context.n_keys();
    if (zoomed_) {
        keep(zoom_.row0, zoom_.row1, n_queries);
        keep(zoom_.col0, zoom_.col1, n_keys);
    } else {
        const auto fits = [](float length, float cell, float n) {
            return std::min({n, std::max(4.0f, std::floor(length / px(cell))), k_most_in_view});
        };
        // What is pinned decides and not what is hovered: nothing moves under the mouse.
        const Selection& s = context.selection;
        const auto pinned = as_attention_cell(context.view, s.pinned_cell, context.attention, context.head);
        const int query = pinned ? pinned->query : s.pinned_token >= 0 ? s.pinned_token : context.n_queries();
        const int key = pinned ? pinned->key : context.is_cross() ? 0 : query;
        place(zoom_.row0, zoom_.row1, fits(room.y, k_window_row, n_queries), n_queries,
              static_cast<float>(query));
        place(zoom_.col0, zoom_.col1, fits(room.x, k_window_column, n_keys), n_keys, static_cast<float>(key));
    }
}

void UnrolledWindow::update(const HeadContext& context, const UnrolledAttention& attention, ImVec2 room) {
    choose(context, room);
    const auto begin = [](float x) { return std::max(0, static_cast<int>(std::floor(x + 0.01f))); };
    const auto end = [](float x, int n) { return std::min(n, static_cast<int>(std::ceil(x - 0.01f))); };
    const RunView values = context.view.run.view();
    const Inputs wanted{
        values.source(),
        context.head,
        context.attention,
        context.n_queries(),
        {begin(zoom_.row0), end(zoom_.row1, zoom_.rows), begin(zoom_.col0), end(zoom_.col1, zoom_.cols)}};
    if (wanted == inputs_) return;
    inputs_ = wanted;
    compute(context, attention);
    upload();
}

void UnrolledWindow::compute(const HeadContext& context, const UnrolledAttention& attention) {
    const auto grow = [](float& largest, std::span<const real> values) {
        for (const real x : values)
            if (std::isfinite(x)) largest = std::max(largest, std::abs(static_cast<float>(x)));
    };
    largest_product_ = largest_score_ = largest_value_ = 1e-6f;
    for (const AttentionStage stage : attention.stages()) {
        std::vector<real>& values = stages_[static_cast<std::size_t>(stage)];
        attention.values(stage, block(), values, scratch_);
        if (are_weights(stage)) continue;
        const bool is_product = stage == AttentionStage::product || stage == AttentionStage::turned;
        grow(is_product ? largest_product_ : largest_score_, values);
    }
    const Trace& trace = context.view.trace();
    const ModelConfig& c = context.view.config();
    d_head_ = static_cast<std::size_t>(c.d_head);
    const int kv_head = context.head.head / c.group_size(), layer = context.head.layer;
    const auto copy = [&](Site site, int begin, int end, int head, std::vector<real>& to) {
        to.clear();
        for (int row = begin; row < end; ++row) {
            const real* from = trace.row(site, layer, row) + head * c.d_head;
            to.insert(to.end(), from, from + c.d_head);
        }
        grow(largest_value_, to);
    };
    const auto& b = block();
    copy(context.is_cross() ? Site::cross_v : Site::v, b.column_begin, b.column_end, kv_head, values_);
    copy(context.is_cross() ? Site::cross_z : Site::z, b.query_begin, b.query_end, context.head.head, mixed_);
}

void UnrolledWindow::upload() {
    const int rows = n_queries(), keys = n_keys(), most = rounded_up(std::max(rows, keys));
    stage_maps_.clear();
    stage_maps_.update({static_cast<int>(stages_.size()), most, most, PoolRule::magnitude}, rows,
                       [&](int map, int row) -> std::span<const float> {
                           const std::vector<real>& values = stages_[static_cast<std::size_t>(map)];
                           const auto n = static_cast<std::size_t>(keys),
                                      at = static_cast<std::size_t>(row) * n;
                           if (at + n > values.size()) return {};
                           return {values.data() + at, n};
                       });
    vector_maps_.clear();
    vector_maps_.update({2, most, static_cast<int>(d_head_), PoolRule::magnitude}, std::max(rows, keys),
                        [&](int map, int row) -> std::span<const float> {
                            const std::vector<real>& values = map == 0 ? values_ : mixed_;
                            const std::size_t at = static_cast<std::size_t>(row) * d_head_;
                            if (at + d_head_ > values.size()) return {};
                            return {values.data() + at, d_head_};
                        });
}

float UnrolledWindow::value(AttentionStage stage, const AttentionCell& cell) const {
    const auto row = static_cast<std::size_t>(cell.query - block().query_begin),
               column = static_cast<std::size_t>(cell.key - block().column_begin);
    return stages_[static_cast<std::size_t>(stage)][row * block().columns() + column];
}

float UnrolledWindow::largest(AttentionStage stage) const {
    const bool is_product = stage == AttentionStage::product || stage == AttentionStage::turned;
    return is_product ? largest_product_ : largest_score_;
}

UnrolledWindow::Picture UnrolledWindow::picture(AttentionStage stage, const UiRect& rect) {
    const bool weighs = are_weights(stage);
    HeatMapView view = themed_heat_map(!weighs);
    view.rows = n_queries(), view.cols = n_keys();
    const auto row = static_cast<float>(block().query_begin),
               column = static_cast<float>(block().column_begin);
    view.row0 = zoom_.row0 - row, view.row1 = zoom_.row1 - row;
    view.col0 = zoom_.col0 - column, view.col1 = zoom_.col1 - column;
    view.scale.gamma = weighs ? 0.5f : 1.0f;
    if (!weighs) view.scale.vmax = largest(stage);
    set_gaps(view, rect);
    return {&stage_maps_, {static_cast<int>(stage), rect}, view};
}

UnrolledWindow::Picture UnrolledWindow::picture_of_vectors(int map, const UiRect& rect, float first,
                                                           float last, int begin, int n) {
    HeatMapView view = themed_heat_map(true);
    view.rows = n, view.cols = static_cast<int>(d_head_);
    view.row0 = first - static_cast<float>(begin), view.row1 = last - static_cast<float>(begin);
    view.col1 = static_cast<float>(d_head_);
    view.scale.vmax = largest_value_;
    set_gaps(view, rect);
    return {&vector_maps_, {map, rect}, view};
}

UnrolledWindow::Picture UnrolledWindow::picture_of_values(const UiRect& rect) {
    return picture_of_vectors(0, rect, zoom_.col0, zoom_.col1, block().column_begin, n_keys());
}

UnrolledWindow::Picture UnrolledWindow::picture_of_mixed(const UiRect& rect) {
    return picture_of_vectors(1, rect, zoom_.row0, zoom_.row1, block().query_begin, n_queries());
}

bool UnrolledWindow::navigate(const UiRect& rect) {
    if (!navigate_heat_map(zoom_, rect)) return false;
    zoomed_ = true;
    request_frame(); // this frame's tokens are chosen already
    return true;
}

void UnrolledWindow::show_all() {
    zoomed_ = true;
    zoom_.row0 = zoom_.col0 = 0;
    zoom_.row1 = static_cast<float>(zoom_.rows), zoom_.col1 = static_cast<float>(zoom_.cols);
}

} // namespace gf::ui
