#include "measures/position_vectors.h"

#include "core/kernels/kernels.h"

#include <Eigen/Dense>

#include <algorithm>

namespace gf {

PositionVectors position_vectors(const ModelConfig& c, const StackWeights& weights, int n) {
    if (c.positions != Positions::learned && c.positions != Positions::sinusoidal) return {};
    if (c.positions == Positions::learned) n = std::min(n, c.n_ctx);
    PositionVectors result{n, c.d_model, {}};
    const auto d = static_cast<std::size_t>(c.d_model);
    result.values.resize(static_cast<std::size_t>(n) * d);
    for (std::size_t p = 0; p < static_cast<std::size_t>(n); ++p)
        if (c.positions == Positions::learned)
            std::copy_n(weights.pos_embed + p * d, d, result.values.data() + p * d);
        else
            sinusoidal_vector(static_cast<int>(p), c.d_model, result.values.data() + p * d);
    return result;
}

std::vector<double> mean_dot_by_distance(const PositionVectors& vectors) {
    std::vector<double> means;
    for (int distance = 0; distance < vectors.n; ++distance) {
        double sum = 0;
        for (int i = 0; i + distance < vectors.n; ++i)
            sum += static_cast<double>(dot(vectors.row(i), vectors.row(i + distance), vectors.d));
        means.push_back(sum / (vectors.n - distance));
    }
    return means;
}

PrincipalPlane principal_plane(const PositionVectors& vectors) {
    PrincipalPlane plane;
    if (vectors.n < 2 || vectors.d < 2) return plane;
    using Rows = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::MatrixXd x =
        Eigen::Map<const Rows>(vectors.values.data(), vectors.n, vectors.d).template cast<double>();
    x.rowwise() -= x.colwise().mean().eval();
    const Eigen::MatrixXd covariance = x.transpose() * x; // (d, n) x (n, d) -> (d, d)
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
    const double variance = std::max(covariance.trace(), 1e-300);
    const auto along = [&](int from_last, std::vector<double>& out) {
        const Eigen::Index i = vectors.d - 1 - from_last;               // eigenvalues ascend
        Eigen::VectorXd coordinates = x * solver.eigenvectors().col(i); // (n, d) x (d) -> (n)
        if (coordinates[0] < 0) coordinates = -coordinates;
        out.assign(coordinates.begin(), coordinates.end());
        return solver.eigenvalues()[i] / variance;
    };
    plane.share_x = along(0, plane.x);
    plane.share_y = along(1, plane.y);
    return plane;
}

} // namespace gf
