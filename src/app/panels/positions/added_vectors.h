#pragma once
// The position vectors of a model and what is derived from them, kept as long as the same weights are in
// view. Used by the drawings of learned and sinusoidal positions.

#include "app/widgets/heat_map_widget.h"
#include "measures/position_vectors.h"

#include <memory>

namespace gf::ui {

class AddedVectors {
  public:
    /// Does nothing while the weights are those of the last call.
    void look_at(const ModelConfig& config, const std::shared_ptr<const Weights>& weights,
                 const StackWeights& stack);

    const PositionVectors& vectors() const { return vectors_; }
    const std::vector<double>& dots() const { return dots_; } ///< mean product, by distance
    const PrincipalPlane& plane() const { return plane_; }
    float largest() const { return largest_; } ///< magnitude of all values
    /// The map of the vectors: one row for each dimension, one column for each position.
    void draw_map(const UiRect& rect);

  private:
    std::weak_ptr<const Weights> weights_;
    PositionVectors vectors_;
    std::vector<double> dots_;
    PrincipalPlane plane_;
    float largest_ = 0;
    std::vector<float> columns_; ///< (d, n): the vectors with dimensions as rows
    HeatMapWidget map_;
};

} // namespace gf::ui
