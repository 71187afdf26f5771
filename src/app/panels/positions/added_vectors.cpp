#include "app/panels/positions/added_vectors.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr int k_max_positions = 512; ///< more tell nothing new

} // namespace

void AddedVectors::look_at(const ModelConfig& c, const std::shared_ptr<const Weights>& weights,
                           const StackWeights& stack) {
    if (weights_.lock() == weights) return;
    weights_ = weights;
    vectors_ = position_vectors(c, stack, std::min(c.n_ctx, k_max_positions));
    dots_ = mean_dot_by_distance(vectors_);
    plane_ = principal_plane(vectors_);
    largest_ = 0;
    columns_.resize(vectors_.values.size());
    for (int p = 0; p < vectors_.n; ++p)
        for (int i = 0; i < vectors_.d; ++i) {
            const real value = vectors_.row(p)[i];
            largest_ = std::max(largest_, std::abs(value));
            columns_[static_cast<std::size_t>(i * vectors_.n + p)] = value;
        }
    map_.clear();
}

void AddedVectors::draw_map(const UiRect& rect) {
    if (vectors_.n == 0) return;
    map_.update({1, vectors_.d, vectors_.n, PoolRule::magnitude}, vectors_.d, [&](int /*map*/, int row) {
        return std::span<const float>(columns_).subspan(static_cast<std::size_t>(row * vectors_.n),
                                                        static_cast<std::size_t>(vectors_.n));
    });
    HeatMapView view = themed_heat_map(true);
    view.rows = vectors_.d, view.cols = vectors_.n;
    view.row1 = static_cast<float>(vectors_.d), view.col1 = static_cast<float>(vectors_.n);
    view.scale.vmax = std::max(largest_, 1e-6f);
    const PlacedHeatMap place{0, rect};
    map_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view);
}

} // namespace gf::ui
