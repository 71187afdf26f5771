#include "train/losses.h"

#include "core/kernels/kernels.h"
#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace gf {
namespace {

void require_one_per_row(std::size_t found, const Trace& run, const char* what) {
    if (static_cast<int>(found) < run.n_tokens())
        throw Error({what, "one for each of the " + std::to_string(run.n_tokens()) + " rows",
                     std::to_string(found), ""});
}

/// Calls f(row, gradient of the row's logits or null) for each row of the run. The gradient is zeroed before.
template <class F>
void for_each_row(const Trace& run, Trace* gradient, F f) {
    for (int r = 0; r < run.n_tokens(); ++r) {
        real* dlogits = gradient ? gradient->row(Site::logits, -1, r) : nullptr;
        if (dlogits) std::fill_n(dlogits, run.config().d_vocab, real(0));
        f(r, dlogits);
    }
}

/// log_p = log softmax(x / temperature) and p = softmax(x / temperature), n values each.
void soft_distribution(const real* x, int n, double temperature, real* log_p, real* p) {
    for (int i = 0; i < n; ++i) log_p[i] = x[i] / static_cast<real>(temperature);
    softmax(log_p, p, n);
    const real log_sum = log_sum_exp(log_p, n);
    for (int i = 0; i < n; ++i) log_p[i] -= log_sum;
}

/// KL(p || q) = sum p (log p - log q). Where p is 0 the term is 0, though log p may be infinite.
double kl_divergence(const real* p, const real* log_p, const real* log_q, int n) {
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

LossSum cross_entropy(const real* logits, int n, int target, double weight, real* dlogits) {
    if (dlogits) std::fill_n(dlogits, n, real(0));
    if (target < 0) return {};
    LossSum loss{.nats = static_cast<double>(log_sum_exp(logits, n) - logits[target]), .count = 1};
    loss.correct = std::max_element(logits, logits + n) - logits == target;
    if (dlogits) cross_entropy_backward(logits, n, target, weight, dlogits);
    return loss;
}

LossSum token_loss(const Trace& run, std::span<const int> targets, double weight, Trace* gradient,
                   std::span<double> nats) {
    require_one_per_row(targets.size(), run, "targets");
    LossSum sum;
    for (int r = 0; r < run.n_tokens(); ++r) {
        const auto at = static_cast<std::size_t>(r);
        const LossSum own = cross_entropy(run.row(Site::logits, -1, r), run.config().d_vocab, targets[at],
                                          weight, gradient ? gradient->row(Site::logits, -1, r) : nullptr);
        if (!nats.empty()) nats[at] = own.nats;
        sum += own;
    }
    return sum;
}

LossSum distillation_loss(const Trace& run, const Trace& teacher, std::span<const int> targets,
                          double temperature, double hard_share, double weight, Trace* gradient,
                          std::span<double> nats) {
    require_one_per_row(targets.size(), run, "targets");
    const int n = run.config().d_vocab;
    if (teacher.config().d_vocab != n || teacher.n_tokens() != run.n_tokens())
        throw Error({"teacher", "a run of the same tokens and vocabulary (" + std::to_string(n) + ")",
                     std::to_string(teacher.n_tokens()) + " tokens, d_vocab " +
                         std::to_string(teacher.config().d_vocab),
                     ""});
    const auto size = static_cast<std::size_t>(n);
    std::vector<real> log_p(size), p(size), log_q(size), q(size), dhard(size); // p: student, q: teacher
    LossSum sum;
    for_each_row(run, gradient, [&](int r, real* dlogits) {
        const int target = targets[static_cast<std::size_t>(r)];
        if (!nats.empty()) nats[static_cast<std::size_t>(r)] = 0;
        if (target < 0) return;
        const real* logits = run.row(Site::logits, -1, r);
        soft_distribution(logits, n, temperature, log_p.data(), p.data());
        soft_distribution(teacher.row(Site::logits, -1, r), n, temperature, log_q.data(), q.data());
        const LossSum hard =
            cross_entropy(logits, n, target, weight * hard_share, dlogits ? dhard.data() : nullptr);
        const double soft =
            temperature * temperature * kl_divergence(q.data(), log_q.data(), log_p.data(), n);
        const LossSum own{
            .nats = (1 - hard_share) * soft + hard_share * hard.nats, .count = 1, .correct = hard.correct};
        if (!nats.empty()) nats[static_cast<std::size_t>(r)] = own.nats;
        sum += own;
        const auto factor = static_cast<real>((1 - hard_share) * temperature * weight);
        for (std::size_t i = 0; dlogits && i < size; ++i) dlogits[i] = factor * (p[i] - q[i]) + dhard[i];
    });
    return sum;
}

LossSum router_loss(const Trace& run, double balance_weight, double z_weight, double share, Trace* gradient) {
    const ModelConfig& c = run.config();
    if (!c.is_moe()) return {};
    const int n = run.n_tokens(), experts = c.n_experts;
    const double rows = n, per_layer = 1.0 / c.n_layers;
    // The weights of a sigmoid router are brought to the sum 1 here (DeepSeek-V3 2024, eq. 19).
    const bool sigmoid = c.router == RouterKind::sigmoid;
    const auto row_sum = [&](int l, int r) {
        const real* weights = run.row(Site::expert_weights, l, r);
        return sigmoid ? std::accumulate(weights, weights + experts, 1e-20) : 1.0;
    };
    // For each expert: its share of the choices, and its mean weight.
    std::vector<double> chosen(static_cast<std::size_t>(experts)), mean(static_cast<std::size_t>(experts));
    LossSum sum{.rows = rows};
    for (int l = 0; l < c.n_layers; ++l) {
        std::fill(chosen.begin(), chosen.end(), 0);
        std::fill(mean.begin(), mean.end(), 0);
        for (int r = 0; r < n; ++r) {
            for (int s = 0; s < c.experts_per_token; ++s)
                chosen[static_cast<std::size_t>(run.row(Site::expert_indices, l, r)[s])] +=
                    1 / (rows * c.experts_per_token);
            const double sum_of_row = row_sum(l, r);
            for (int e = 0; e < experts; ++e)
                mean[static_cast<std::size_t>(e)] +=
                    static_cast<double>(run.row(Site::expert_weights, l, r)[e]) / sum_of_row / rows;
        }
        double balance = 0, z = 0;
        for (std::size_t e = 0; e < chosen.size(); ++e) balance += experts * chosen[e] * mean[e];
        std::vector<real> p(static_cast<std::size_t>(experts));
        for (int r = 0; r < n; ++r) {
            const real* logits = run.row(Site::router_logits, l, r);
            const auto log_sum = static_cast<double>(log_sum_exp(logits, experts));
            z += log_sum * log_sum / rows;
            if (!gradient) continue;
            softmax(logits, p.data(), experts);
            const double sum_of_row = row_sum(l, r);
            double through_sum = 0; // what a larger sum of the weights would take from the loss
            for (int e = 0; sigmoid && e < experts; ++e)
                through_sum += chosen[static_cast<std::size_t>(e)] *
                               static_cast<double>(run.row(Site::expert_weights, l, r)[e]) / sum_of_row;
            for (int e = 0; e < experts; ++e) {
                const auto at = static_cast<std::size_t>(e);
                gradient->row(Site::expert_weights, l, r)[e] +=
                    static_cast<real>(share * balance_weight * per_layer * experts *
                                      (chosen[at] - through_sum) / sum_of_row / rows);
                gradient->row(Site::router_logits, l, r)[e] += static_cast<real>(
                    share * z_weight * per_layer * 2 * log_sum / rows * static_cast<double>(p[at]));
            }
        }
        sum.load_balance += balance * per_layer * rows;
        sum.router_z += z * per_layer * rows;
    }
    return sum;
}

namespace {

/// The rows of an (n, d) matrix brought to length 1, and the lengths that they had.
struct UnitRows {
    std::size_t d;
    std::vector<double> values, lengths;

    UnitRows(std::span<const real> x, std::size_t width) : d(width), values(x.begin(), x.end()) {
        for (std::size_t begin = 0; begin < values.size(); begin += d) {
            double square = 1e-12; // a zero vector keeps a direction of zero
            for (std::size_t j = 0; j < d; ++j) square += values[begin + j] * values[begin + j];
            lengths.push_back(std::sqrt(square));
            for (std::size_t j = 0; j < d; ++j) values[begin + j] /= lengths.back();
        }
    }
    std::size_t size() const { return lengths.size(); }
    const double* row(std::size_t i) const { return &values[i * d]; }
};

/// Inverts s_ij = u_i . v_j / T and u = x / |x|, with u a row of `own` and v one of `other`:
/// du_i = sum_j ds_ij v_j / T, dx = (du - u (u . du)) / |x|. ds(i, j) gives the gradient of s_ij.
template <class F>
void cosines_backward(const UnitRows& own, const UnitRows& other, double temperature, F ds,
                      std::span<real> dx) {
    if (dx.empty()) return;
    std::vector<double> du(own.d);
    for (std::size_t i = 0; i < own.size(); ++i) {
        std::fill(du.begin(), du.end(), 0);
        for (std::size_t j = 0; j < other.size(); ++j)
            for (std::size_t k = 0; k < own.d; ++k) du[k] += ds(i, j) * other.row(j)[k] / temperature;
        double along = 0;
        for (std::size_t k = 0; k < own.d; ++k) along += own.row(i)[k] * du[k];
        for (std::size_t k = 0; k < own.d; ++k)
            dx[i * own.d + k] = static_cast<real>((du[k] - own.row(i)[k] * along) / own.lengths[i]);
    }
}

} // namespace

LossSum contrastive_loss(std::span<const real> a, std::span<const real> b, int d, double temperature,
                         double weight, std::span<real> da, std::span<real> db, std::span<double> nats) {
    const auto width = static_cast<std::size_t>(d), n = a.size() / width;
    if (n == 0 || a.size() != b.size() || a.size() % width)
        throw Error({"contrastive loss", "pairs of vectors of " + std::to_string(d) + " values",
                     std::to_string(a.size()) + " and " + std::to_string(b.size()) + " values", ""});
    const UnitRows unit_a(a, width), unit_b(b, width);
    std::vector<double> s(n * n), ds(n * n); // (a, b): cosine / temperature, and its gradient
    for (std::size_t i = 0; i < n; ++i)      // (n, d) x (d, n) -> (n, n)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t k = 0; k < width; ++k)
                s[i * n + j] += unit_a.row(i)[k] * unit_b.row(j)[k] / temperature;
    LossSum loss{.count = static_cast<double>(n)};
    std::ranges::fill(nats, 0.0);
    // Cross-entropy of each a's partner among all b, then of each b's partner among all a.
    const auto add_direction = [&](bool from_a) {
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = [&](std::size_t j) { return from_a ? i * n + j : j * n + i; };
            double largest = s[at(0)], sum = 0;
            for (std::size_t j = 0; j < n; ++j) largest = std::max(largest, s[at(j)]);
            for (std::size_t j = 0; j < n; ++j) sum += std::exp(s[at(j)] - largest);
            const double own = 0.5 * (largest + std::log(sum) - s[at(i)]);
            if (!nats.empty()) nats[i] += own;
            loss.nats += own;
            if (from_a) loss.correct += s[at(i)] == largest;
            for (std::size_t j = 0; j < n; ++j)
                ds[at(j)] += 0.5 * weight * (std::exp(s[at(j)] - largest) / sum - (i == j));
        }
    };
    add_direction(true);
    add_direction(false);
    cosines_backward(
        unit_a, unit_b, temperature, [&](auto i, auto j) { return ds[i * n + j]; }, da);
    cosines_backward(
        unit_b, unit_a, temperature, [&](auto i, auto j) { return ds[j * n + i]; }, db);
    return loss;
}

} // namespace gf
