#include "train/optimiser.h"

#include "platform/error.h"
#include "platform/threads.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {
namespace {

struct AdamFactors {
    real keep;                          ///< 1 - lr decay
    real beta1, beta2, rest1, rest2;    ///< rest1 = 1 - beta1, rest2 = 1 - beta2
    real step_size, inverse_root2, eps; ///< lr / (1 - beta1^t), 1 / sqrt(1 - beta2^t)
    real scale;
};

void adam_block(const AdamFactors& f, std::size_t n, const real* __restrict g, real* __restrict w,
                real* __restrict m, real* __restrict v) {
    for (std::size_t i = 0; i < n; ++i) {
        const real gi = f.scale * g[i];
        m[i] = f.beta1 * m[i] + f.rest1 * gi;
        v[i] = f.beta2 * v[i] + f.rest2 * gi * gi;
        w[i] = f.keep * w[i] - f.step_size * m[i] / (std::sqrt(v[i]) * f.inverse_root2 + f.eps);
    }
}

void sgd_block(real lr, real decay, real momentum, real scale, std::size_t n, const real* __restrict g,
               real* __restrict w, real* __restrict u) {
    if (!u) {
        for (std::size_t i = 0; i < n; ++i) w[i] -= lr * (scale * g[i] + decay * w[i]);
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        u[i] = momentum * u[i] + scale * g[i] + decay * w[i];
        w[i] -= lr * u[i];
    }
}

using RowMatrix = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Brings all singular values of x (n, m), n <= m, near 1 (0.7 to 1.2) and keeps its
/// singular vectors: five steps of the odd polynomial a s + b s^3 + c s^5, whose
/// coefficients Jordan et al. 2024 chose so that small values grow fastest.
void orthogonalise(RowMatrix& x) {
    constexpr real a = real(3.4445), b = real(-4.7750), c = real(2.0315);
    x /= x.norm() + real(1e-7); // no singular value is above the Frobenius norm, so now none is above 1
    RowMatrix square, polynomial, next;
    for (int i = 0; i < 5; ++i) {
        square.noalias() = x * x.transpose(); // (n, m) x (m, n) -> (n, n)
        polynomial = b * square;
        polynomial.noalias() += c * square * square;
        next = a * x;
        next.noalias() += polynomial * x; // (n, n) x (n, m) -> (n, m)
        x.swap(next);
    }
}

void muon_block(real lr, real keep, real momentum, real scale, const ParameterBlock& block,
                real* __restrict u) {
    const std::size_t n = block.values.size();
    const real* __restrict g = block.gradient.data();
    RowMatrix step(block.rows, block.columns);
    for (std::size_t i = 0; i < n; ++i) {
        u[i] = momentum * u[i] + scale * g[i];
        step.data()[i] = scale * g[i] + momentum * u[i]; // Nesterov's momentum: one step ahead
    }
    const bool tall = block.rows > block.columns;
    if (tall) step = step.transpose().eval();
    orthogonalise(step);
    if (tall) step = step.transpose().eval();
    const real length = lr * real(0.2) * std::sqrt(real(std::max(block.rows, block.columns)));
    for (std::size_t i = 0; i < n; ++i) block.values[i] = keep * block.values[i] - length * step.data()[i];
}

} // namespace

std::string_view name(OptimiserKind kind) {
    constexpr std::string_view k_names[] = {"adamw", "sgd", "muon"};
    return k_names[static_cast<std::size_t>(kind)];
}

Optimiser::Optimiser(const OptimiserConfig& config, std::span<const ParameterBlock> blocks, int n_threads)
    : config_(config), n_threads_(n_threads), before_(static_cast<std::size_t>(n_threads)) {
    std::size_t n_first = 0, n_second = 0;
    for (const ParameterBlock& b : blocks) {
        if (b.frozen) continue;
        n_first += b.values.size();
        n_second += moves_by_muon(b) ? 0 : b.values.size();
    }
    if (config.kind != OptimiserKind::sgd || config.momentum != 0) state_.first.assign(n_first, 0);
    if (config.kind != OptimiserKind::sgd) state_.second.assign(n_second, 0);
}

void Optimiser::step(std::span<const ParameterBlock> blocks, double lr, double scale,
                     std::span<double> squared_updates) {
    // Calls move(), which moves the block, and measures how far.
    const auto measured = [&](const ParameterBlock& b, int worker, auto move) {
        if (squared_updates.empty()) return move();
        std::vector<real>& before = before_[static_cast<std::size_t>(worker)];
        before.assign(b.values.begin(), b.values.end());
        move();
        squared_updates[static_cast<std::size_t>(&b - blocks.data())] = squared_distance(before, b.values);
    };
    std::ranges::fill(squared_updates, 0.0);
    const auto t = static_cast<double>(++state_.n_steps);
    const OptimiserConfig& c = config_;
    struct MuonWork {
        const ParameterBlock* block;
        real* velocity;
    };
    std::vector<MuonWork> matrices;    // collected first, then shared among the threads
    std::size_t first = 0, second = 0; // where the block's running means begin in the state
    for (const ParameterBlock& b : blocks) {
        if (b.frozen) continue;
        const std::size_t n = b.values.size();
        const double decay = b.decay ? c.weight_decay : 0;
        real* velocity = state_.first.empty() ? nullptr : &state_.first[first];
        first += n;
        if (c.kind == OptimiserKind::sgd) {
            measured(b, 0, [&] {
                sgd_block(real(lr), real(decay), real(c.momentum), real(scale), n, b.gradient.data(),
                          b.values.data(), velocity);
            });
        } else if (moves_by_muon(b)) {
            matrices.push_back({&b, velocity});
        } else {
            const AdamFactors f{real(1 - lr * decay),
                                real(c.beta1),
                                real(c.beta2),
                                real(1 - c.beta1),
                                real(1 - c.beta2),
                                real(lr / (1 - std::pow(c.beta1, t))),
                                real(1 / std::sqrt(1 - std::pow(c.beta2, t))),
                                real(c.eps),
                                real(scale)};
            measured(b, 0, [&] {
                adam_block(f, n, b.gradient.data(), b.values.data(), velocity, &state_.second[second]);
            });
            second += n;
        }
    }
    parallel_for(static_cast<int>(matrices.size()), n_threads_, [&](int i, int worker) {
        const MuonWork& work = matrices[static_cast<std::size_t>(i)];
        const ParameterBlock& b = *work.block;
        const double decay = b.decay ? c.weight_decay : 0;
        measured(b, worker, [&] {
            muon_block(real(lr), real(1 - lr * decay), real(c.momentum), real(scale), b, work.velocity);
        });
    });
}

void Optimiser::restore(const OptimiserState& state, const std::string& where) {
    if (state.first.size() != state_.first.size() || state.second.size() != state_.second.size())
        throw Error({where, fmt::format("{} and {} running means", state_.first.size(), state_.second.size()),
                     fmt::format("{} and {}", state.first.size(), state.second.size()),
                     "resume with the optimiser and the frozen parameters of the run that wrote it"});
    state_ = state;
}

} // namespace gf
