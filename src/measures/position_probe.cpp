#include "measures/position_probe.h"

#include <Eigen/Cholesky>

namespace gf {
namespace {

/// How strongly weights are drawn to 0, as a share of the mean square of an input.
constexpr double k_ridge = 1e-3;

} // namespace

void PositionProbe::add(const Trace& run, int rows) {
    const ModelConfig& c = run.config();
    const Eigen::Index d = c.d_model;
    probes_.resize(static_cast<std::size_t>(c.n_layers) + 1);
    Eigen::MatrixXd x(d + 1, rows);
    Eigen::VectorXd y(rows);
    for (int r = 0; r < rows; ++r) y[r] = run.plan(r).position;
    for (int p = 0; p <= c.n_layers; ++p) {
        for (int r = 0; r < rows; ++r) {
            const real* row = p == 0 ? run.row(Site::embed, -1, r) : run.row(Site::resid_post, p - 1, r);
            x.col(r).head(d) =
                Eigen::Map<const Eigen::Matrix<real, Eigen::Dynamic, 1>>(row, d).cast<double>();
            x(d, r) = 1;
        }
        Probe& probe = probes_[static_cast<std::size_t>(p)];
        Sums& sums = n_texts_ % 2 == 0 ? probe.fit : probe.test;
        if (sums.n == 0) sums.inputs.setZero(d + 1, d + 1), sums.targets.setZero(d + 1);
        sums.inputs += x * x.transpose(); // (d + 1, rows) x (rows, d + 1) -> (d + 1, d + 1)
        sums.targets += x * y;            // (d + 1, rows) x (rows) -> (d + 1)
        sums.n += rows, sums.y += y.sum(), sums.yy += y.squaredNorm();
    }
    ++n_texts_;
}

std::vector<double> PositionProbe::r_squared() const {
    std::vector<double> all;
    if (n_texts_ < 2) return all;
    for (const Probe& probe : probes_) all.push_back(r_squared(probe));
    return all;
}

/// Solves (sum of x x^T + ridge) w = sum of x y for the texts for fitting (Hoerl & Kennard 1970), the bias
/// being free, and compares the error in the other texts with that of their mean.
double PositionProbe::r_squared(const Probe& probe) {
    const Sums &fit = probe.fit, &test = probe.test;
    const Eigen::Index d = fit.targets.size() - 1;
    Eigen::MatrixXd a = fit.inputs;
    a.diagonal().head(d).array() += k_ridge * fit.inputs.diagonal().head(d).mean();
    const Eigen::VectorXd w = a.ldlt().solve(fit.targets);
    const double error = test.yy - 2 * w.dot(test.targets) + w.dot(test.inputs * w);
    return 1 - error / (test.yy - test.y * test.y / test.n);
}

} // namespace gf
