#include "train/losses.h"

#include "core/error.h"
#include "core/kernels.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace gf {
namespace {

void require_size(std::size_t found, const Trace& run, const char* what) {
    if (static_cast<int>(found) < run.n_tokens())
        throw Error({what, "one for each of the " + std::to_string(run.n_tokens()) + " rows",
                     std::to_string(found), ""});
}

/// f(row, gradient's row or null) for each row of the run; the gradient is zeroed before.
template <class F>
void each_row(const Trace& run, Trace* gradient, F f) {
    const int n = run.config().d_vocab;
    for (int r = 0; r < run.n_tokens(); ++r) {
        real* d = gradient ? gradient->row(Site::logits, -1, r) : nullptr;
        if (d) std::fill_n(d, n, real(0));
        f(r, d);
    }
}

/// log softmax(x / temperature) and softmax, n values.
void soften(const real* x, int n, double temperature, real* log_p, real* p) {
    for (int i = 0; i < n; ++i) log_p[i] = x[i] / static_cast<real>(temperature);
    softmax(log_p, p, n);
    const real all = log_sum_exp(log_p, n);
    for (int i = 0; i < n; ++i) log_p[i] -= all;
}

/// KL(p || q), from logarithms. Where p is 0 it takes no part.
double divergence(const real* p, const real* log_p, const real* log_q, int n) {
    double sum = 0;
    for (int i = 0; i < n; ++i)
        if (p[i] > 0) sum += static_cast<double>(p[i]) * static_cast<double>(log_p[i] - log_q[i]);
    return sum;
}

} // namespace

LossSum& LossSum::operator+=(const LossSum& o) {
    nats += o.nats, count += o.count, correct += o.correct;
    load_balance += o.load_balance, router_z += o.router_z, rows += o.rows;
    return *this;
}

LossSum class_loss(const real* logits, int n, int target, double weight, real* dlogits) {
    if (dlogits) std::fill_n(dlogits, n, real(0));
    if (target < 0) return {};
    LossSum loss{.nats = static_cast<double>(log_sum_exp(logits, n) - logits[target]), .count = 1};
    loss.correct = std::max_element(logits, logits + n) - logits == target;
    if (!dlogits) return loss;
    softmax(logits, dlogits, n);
    dlogits[target] -= 1;
    for (int i = 0; i < n; ++i) dlogits[i] *= static_cast<real>(weight);
    return loss;
}

LossSum token_loss(const Trace& run, std::span<const int> targets, double weight, Trace* gradient) {
    require_size(targets.size(), run, "targets");
    LossSum sum;
    for (int r = 0; r < run.n_tokens(); ++r)
        sum += class_loss(run.row(Site::logits, -1, r), run.config().d_vocab,
                          targets[static_cast<std::size_t>(r)], weight,
                          gradient ? gradient->row(Site::logits, -1, r) : nullptr);
    return sum;
}

LossSum distillation_loss(const Trace& run, const Trace& teacher, std::span<const int> targets,
                          double temperature, double hard, double weight, Trace* gradient) {
    require_size(targets.size(), run, "targets");
    const int n = run.config().d_vocab;
    if (teacher.config().d_vocab != n || teacher.n_tokens() != run.n_tokens())
        throw Error({"teacher", "a run of the same tokens and vocabulary (" + std::to_string(n) + ")",
                     std::to_string(teacher.n_tokens()) + " tokens, d_vocab " +
                         std::to_string(teacher.config().d_vocab),
                     ""});
    const auto size = static_cast<std::size_t>(n);
    std::vector<real> log_p(size), p(size), log_q(size), q(size), dhard(size);
    LossSum sum;
    each_row(run, gradient, [&](int r, real* d) {
        const int target = targets[static_cast<std::size_t>(r)];
        if (target < 0) return;
        const real* logits = run.row(Site::logits, -1, r);
        soften(logits, n, temperature, log_p.data(), p.data());
        soften(teacher.row(Site::logits, -1, r), n, temperature, log_q.data(), q.data());
        const LossSum own = class_loss(logits, n, target, weight * hard, d ? dhard.data() : nullptr);
        const double soft = temperature * temperature * divergence(q.data(), log_q.data(), log_p.data(), n);
        sum += {.nats = (1 - hard) * soft + hard * own.nats, .count = 1, .correct = own.correct};
        const auto factor = static_cast<real>((1 - hard) * temperature * weight);
        for (std::size_t i = 0; d && i < size; ++i) d[i] = factor * (p[i] - q[i]) + dhard[i];
    });
    return sum;
}

LossSum policy_loss(const Trace& run, const Trace& reference, std::span<const int> actions,
                    std::span<const double> advantages, double kl, double weight, Trace* gradient) {
    require_size(actions.size(), run, "actions");
    require_size(advantages.size(), run, "advantages");
    const int n = run.config().d_vocab;
    const auto size = static_cast<std::size_t>(n);
    std::vector<real> log_p(size), p(size), log_q(size), q(size);
    LossSum sum;
    each_row(run, gradient, [&](int r, real* d) {
        const int action = actions[static_cast<std::size_t>(r)];
        if (action < 0) return;
        const double advantage = advantages[static_cast<std::size_t>(r)];
        soften(run.row(Site::logits, -1, r), n, 1, log_p.data(), p.data());
        soften(reference.row(Site::logits, -1, r), n, 1, log_q.data(), q.data());
        const double distance = divergence(p.data(), log_p.data(), log_q.data(), n);
        sum += {.nats =
                    -advantage * static_cast<double>(log_p[static_cast<std::size_t>(action)]) + kl * distance,
                .count = 1};
        for (int i = 0; d && i < n; ++i) { // d KL / d logit = p (log p - log q - KL)
            const auto at = static_cast<std::size_t>(i);
            const double apart = p[at] > 0 ? static_cast<double>(log_p[at] - log_q[at]) - distance : 0;
            d[i] = static_cast<real>(weight * (advantage * (static_cast<double>(p[at]) - (i == action)) +
                                               kl * static_cast<double>(p[at]) * apart));
        }
    });
    return sum;
}

LossSum router_loss(const Trace& run, double balance_weight, double z_weight, double share, Trace* gradient) {
    const ModelConfig& c = run.config();
    if (!c.is_moe()) return {};
    const int n = run.n_tokens(), experts = c.n_experts;
    const double rows = n, per_layer = 1.0 / c.n_layers;
    std::vector<double> chosen(static_cast<std::size_t>(experts)), mean(static_cast<std::size_t>(experts));
    LossSum sum{.rows = rows};
    for (int l = 0; l < c.n_layers; ++l) {
        std::fill(chosen.begin(), chosen.end(), 0);
        std::fill(mean.begin(), mean.end(), 0);
        for (int r = 0; r < n; ++r) {
            for (int s = 0; s < c.experts_per_token; ++s)
                chosen[static_cast<std::size_t>(run.row(Site::expert_indices, l, r)[s])] +=
                    1 / (rows * c.experts_per_token);
            for (int e = 0; e < experts; ++e)
                mean[static_cast<std::size_t>(e)] +=
                    static_cast<double>(run.row(Site::expert_weights, l, r)[e]) / rows;
        }
        double balance = 0, z = 0;
        for (std::size_t e = 0; e < chosen.size(); ++e) balance += experts * chosen[e] * mean[e];
        std::vector<real> p(static_cast<std::size_t>(experts));
        for (int r = 0; r < n; ++r) {
            const real* logits = run.row(Site::router_logits, l, r);
            const auto all = static_cast<double>(log_sum_exp(logits, experts));
            z += all * all / rows;
            if (!gradient) continue;
            softmax(logits, p.data(), experts);
            for (int e = 0; e < experts; ++e) {
                const auto at = static_cast<std::size_t>(e);
                gradient->row(Site::expert_weights, l, r)[e] +=
                    static_cast<real>(share * balance_weight * per_layer * experts * chosen[at] / rows);
                gradient->row(Site::router_logits, l, r)[e] += static_cast<real>(
                    share * z_weight * per_layer * 2 * all / rows * static_cast<double>(p[at]));
            }
        }
        sum.load_balance += balance * per_layer * rows;
        sum.router_z += z * per_layer * rows;
    }
    return sum;
}

LossSum contrastive_loss(std::span<const real> a, std::span<const real> b, int d, double temperature,
                         double weight, std::span<real> da, std::span<real> db) {
    const auto width = static_cast<std::size_t>(d), n = a.size() / width;
    if (n == 0 || a.size() != b.size() || a.size() % width)
        throw Error({"contrastive loss", "pairs of vectors of " + std::to_string(d) + " values",
                     std::to_string(a.size()) + " and " + std::to_string(b.size()) + " values", ""});
    // Unit vectors, and their lengths
    const auto unit = [&](std::span<const real> x, std::vector<double>& lengths) {
        std::vector<double> u(x.begin(), x.end());
        for (std::size_t i = 0; i < n; ++i) {
            double square = 1e-12;
            for (std::size_t j = 0; j < width; ++j) square += u[i * width + j] * u[i * width + j];
            lengths.push_back(std::sqrt(square));
            for (std::size_t j = 0; j < width; ++j) u[i * width + j] /= lengths.back();
        }
        return u;
    };
    std::vector<double> length_a, length_b;
    const std::vector<double> ua = unit(a, length_a), ub = unit(b, length_b);
    std::vector<double> s(n * n), ds(n * n); // [a, b]: cosine / temperature, and its gradient
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t k = 0; k < width; ++k)
                s[i * n + j] += ua[i * width + k] * ub[j * width + k] / temperature;
    LossSum loss{.count = static_cast<double>(n)};
    const auto one_way = [&](bool rows) { // each a among all b, then each b among all a
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = [&](std::size_t j) { return rows ? i * n + j : j * n + i; };
            double most = s[at(0)], sum = 0;
            for (std::size_t j = 0; j < n; ++j) most = std::max(most, s[at(j)]);
            for (std::size_t j = 0; j < n; ++j) sum += std::exp(s[at(j)] - most);
            loss.nats += 0.5 * (most + std::log(sum) - s[at(i)]);
            if (rows) loss.correct += s[at(i)] == most;
            for (std::size_t j = 0; j < n; ++j)
                ds[at(j)] += 0.5 * weight * (std::exp(s[at(j)] - most) / sum - (i == j));
        }
    };
    one_way(true), one_way(false);
    // Through the cosine: d u = sum ds other / T; d x = (d u - u (u . d u)) / |x|
    const auto back = [&](const std::vector<double>& u, const std::vector<double>& other,
                          const std::vector<double>& lengths, bool rows, std::span<real> dx) {
        if (dx.empty()) return;
        std::vector<double> du(width);
        for (std::size_t i = 0; i < n; ++i) {
            std::fill(du.begin(), du.end(), 0);
            for (std::size_t j = 0; j < n; ++j)
                for (std::size_t k = 0; k < width; ++k)
                    du[k] += ds[rows ? i * n + j : j * n + i] * other[j * width + k] / temperature;
            double along = 0;
            for (std::size_t k = 0; k < width; ++k) along += u[i * width + k] * du[k];
            for (std::size_t k = 0; k < width; ++k)
                dx[i * width + k] = static_cast<real>((du[k] - u[i * width + k] * along) / lengths[i]);
        }
    };
    back(ua, ub, length_a, true, da);
    back(ub, ua, length_b, false, db);
    return loss;
}

} // namespace gf
