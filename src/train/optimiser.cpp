#include "train/optimiser.h"

#include "core/error.h"

#include <cmath>
#include <fmt/format.h>

namespace gf {
namespace {

struct AdamFactors {
    real keep;                          ///< 1 - lr decay
    real beta1, beta2, rest1, rest2;    ///< rest = 1 - beta
    real step_size, inverse_root2, eps; ///< lr / (1 - beta1^t), 1 / sqrt(1 - beta2^t)
    real scale;
};

void adam_block(const AdamFactors& f, std::size_t n, const real* __restrict g, real* __restrict w, real* __restrict m,
                real* __restrict v) {
    for (std::size_t i = 0; i < n; ++i) {
        const real gi = f.scale * g[i];
        m[i] = f.beta1 * m[i] + f.rest1 * gi;
        v[i] = f.beta2 * v[i] + f.rest2 * gi * gi;
        w[i] = f.keep * w[i] - f.step_size * m[i] / (std::sqrt(v[i]) * f.inverse_root2 + f.eps);
    }
}

void sgd_block(real lr, real decay, real momentum, real scale, std::size_t n, const real* __restrict g, real* __restrict w,
               real* __restrict u) {
    if (!u) {
        for (std::size_t i = 0; i < n; ++i) w[i] -= lr * (scale * g[i] + decay * w[i]);
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        u[i] = momentum * u[i] + scale * g[i] + decay * w[i];
        w[i] -= lr * u[i];
    }
}

} // namespace

std::string_view name(OptimiserKind kind) { return kind == OptimiserKind::adamw ? "adamw" : "sgd"; }

Optimiser::Optimiser(const OptimiserConfig& config, std::span<const ParameterBlock> blocks) : config_(config) {
    const std::size_t n = trainable_count(blocks);
    const bool adam = config.kind == OptimiserKind::adamw;
    if (adam || config.momentum != 0) state_.first.assign(n, 0);
    if (adam) state_.second.assign(n, 0);
}

void Optimiser::step(std::span<const ParameterBlock> blocks, double lr, double scale) {
    const auto t = static_cast<double>(++state_.n_steps);
    const OptimiserConfig& c = config_;
    std::size_t at = 0;
    for (const ParameterBlock& b : blocks) {
        if (b.frozen) continue;
        const std::size_t n = b.values.size();
        const double decay = b.decay ? c.weight_decay : 0;
        if (c.kind == OptimiserKind::adamw) {
            const AdamFactors f{real(1 - lr * decay),
                                real(c.beta1),
                                real(c.beta2),
                                real(1 - c.beta1),
                                real(1 - c.beta2),
                                real(lr / (1 - std::pow(c.beta1, t))),
                                real(1 / std::sqrt(1 - std::pow(c.beta2, t))),
                                real(c.eps),
                                real(scale)};
            adam_block(f, n, b.gradient.data(), b.values.data(), &state_.first[at], &state_.second[at]);
        } else {
            real* velocity = state_.first.empty() ? nullptr : &state_.first[at];
            sgd_block(real(lr), real(decay), real(c.momentum), real(scale), n, b.gradient.data(), b.values.data(), velocity);
        }
        at += n;
    }
}

void Optimiser::restore(OptimiserState state, const std::string& where) {
    if (state.first.size() != state_.first.size() || state.second.size() != state_.second.size())
        throw Error({where, fmt::format("{} and {} running means", state_.first.size(), state_.second.size()),
                     fmt::format("{} and {}", state.first.size(), state.second.size()),
                     "resume with the optimiser and the frozen parameters of the run that wrote it"});
    state_ = std::move(state);
}

} // namespace gf
