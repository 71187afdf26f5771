#pragma once
// The vectors that learned and sinusoidal positions add to the token embeddings, as one matrix, and what it
// shows: products against distance, and its two principal components. Used by the panel Positions.

#include "core/params.h"

#include <span>
#include <vector>

namespace gf {

/// Vectors of the same length, one for each position.
struct PositionVectors {
    int n = 0, d = 0;
    std::vector<real> values{}; ///< (n, d)

    const real* row(int position) const {
        return values.data() + static_cast<std::size_t>(position) * static_cast<std::size_t>(d);
    }
    /// The values of one dimension's column are row(p)[i].
    std::span<const real> at(int position) const { return {row(position), static_cast<std::size_t>(d)}; }
};

/// What a model adds to the tokens at positions 0 to n - 1, at most those of its table of learned positions.
/// Empty (n 0) for models that add nothing.
PositionVectors position_vectors(const ModelConfig& config, const StackWeights& weights, int n);

/// The mean of p_i · p_(i + distance) over all i, for each distance from 0 to n - 1.
std::vector<double> mean_dot_by_distance(const PositionVectors& vectors);

/// The vectors seen from where they differ most.
struct PrincipalPlane {
    std::vector<double> x, y;        ///< [position]: coordinates along the first two principal components
    double share_x = 0, share_y = 0; ///< of the variance
};
/// Principal components of the rows, by the eigenvectors of their covariance. Signs are chosen so that
/// position 0 lies on the positive side of both axes.
PrincipalPlane principal_plane(const PositionVectors& vectors);

} // namespace gf
