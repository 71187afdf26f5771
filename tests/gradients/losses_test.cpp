// Losses agree with their definitions, and their gradients with finite differences.

#include "finite_differences.h"

#include "train/losses.h"

#include <numeric>

namespace gf::tests::losses_test {
namespace {

constexpr int k_rows = 5;

/// A run whose outputs can be moved by hand, and a Trace that takes their gradients.
struct MovableRun {
    std::shared_ptr<Weights> weights;
    Trace run, gradient;
    MovableRun(const Preset& p, unsigned long long seed)
        : weights(random_weights(shrunk(p.config), seed)), run(weights, TraceShape{k_rows}),
          gradient(weights, TraceShape{k_rows}) {
        extend(run, random_tokens(weights->config, k_rows, seed));
        // Losses overwrite the gradients of logits and add to all others.
        for (const SiteRef& s : all_sites(weights->config))
            for (int r = 0; r < k_rows; ++r)
                std::fill_n(gradient.row(s.site, s.layer, r), site_width(weights->config, s.site, k_rows),
                            s.site == Site::logits ? 7.0 : 0.0);
    }
    int d_vocab() const { return weights->config.d_vocab; }

    /// Moves every value of a site in `run`, which `loss` reads, and compares with `gradient`.
    void expect_gradient(Site site, int layer, const std::function<double()>& loss) {
        for (int r = 0; r < k_rows; ++r)
            for (int i = 0; i < site_width(weights->config, site, k_rows); ++i) {
                real& value = run.row(site, layer, r)[i];
                const real before = value;
                const auto at = [&](double x) {
                    value = x;
                    return loss();
                };
                ASSERT_TRUE(is_derivative(gradient.row(site, layer, r)[i], at, before))
                    << site_name(site, layer) << " row " << r << " value " << i;
                value = before;
            }
    }
};

const std::vector<int> k_targets{3, -1, 0, 6, 2};
constexpr double k_weight = 0.3;

TEST(Losses, TokensCostTheLogarithmOfTheirProbability) {
    MovableRun movable(preset("llama"), 3);
    const LossSum sum = token_loss(movable.run, k_targets, k_weight, &movable.gradient);
    double expected = 0, correct = 0;
    for (int r = 0; r < k_rows; ++r) {
        const int target = k_targets[static_cast<std::size_t>(r)];
        if (target < 0) continue;
        const real* x = movable.run.row(Site::logits, -1, r);
        double all = 0;
        for (int i = 0; i < movable.d_vocab(); ++i) all += std::exp(x[i]);
        expected -= std::log(std::exp(x[target]) / all);
        correct += std::max_element(x, x + movable.d_vocab()) - x == target;
    }
    EXPECT_NEAR(sum.nats, expected, 1e-12);
    EXPECT_EQ(sum.count, 4);
    EXPECT_EQ(sum.correct, correct);
    movable.expect_gradient(Site::logits, -1,
                            [&] { return k_weight * token_loss(movable.run, k_targets, 0, nullptr).nats; });
}

TEST(Losses, DistillationMixesTheTeacherAndTheTargets) {
    MovableRun movable(preset("llama"), 3), teacher(preset("llama"), 4);
    const auto loss = [&](double temperature, double hard, Trace* gradient) {
        return distillation_loss(movable.run, teacher.run, k_targets, temperature, hard, k_weight, gradient);
    };
    EXPECT_NEAR(loss(3, 1, nullptr).nats, token_loss(movable.run, k_targets, 0, nullptr).nats, 1e-12)
        << "targets alone";
    EXPECT_NEAR(distillation_loss(movable.run, movable.run, k_targets, 2, 0, 1, nullptr).nats, 0, 1e-12)
        << "nothing to learn from oneself";
    // At temperature 1 the soft part is the cross-entropy with the teacher's distribution less its entropy.
    double expected = 0;
    for (int r = 0; r < k_rows; ++r) {
        if (k_targets[static_cast<std::size_t>(r)] < 0) continue;
        const auto log_softmax = [&](const Trace& t, int i) {
            const real* x = t.row(Site::logits, -1, r);
            double all = 0;
            for (int j = 0; j < movable.d_vocab(); ++j) all += std::exp(x[j]);
            return x[i] - std::log(all);
        };
        for (int i = 0; i < movable.d_vocab(); ++i)
            expected += std::exp(log_softmax(teacher.run, i)) *
                        (log_softmax(teacher.run, i) - log_softmax(movable.run, i));
    }
    EXPECT_NEAR(loss(1, 0, nullptr).nats, expected, 1e-12);
    loss(2.5, 0.3, &movable.gradient);
    movable.expect_gradient(Site::logits, -1, [&] { return k_weight * loss(2.5, 0.3, nullptr).nats; });
}

class RouterLoss : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Losses, RouterLoss, ::testing::Values("mixtral", "moe_sigmoid", "moe_shared"));

TEST_P(RouterLoss, PaysForImbalanceAndLargeLogits) {
    MovableRun movable(preset(GetParam()), 3);
    const ModelConfig& c = movable.weights->config;
    const auto loss = [&](double balance, double z, Trace* gradient) {
        return router_loss(movable.run, balance, z, 0.25, gradient);
    };
    const LossSum sum = loss(0, 0, nullptr);
    EXPECT_EQ(sum.rows, k_rows);
    double balance = 0, z = 0; // from their definitions, layer by layer
    for (int l = 0; l < c.n_layers; ++l) {
        for (int e = 0; e < c.n_experts; ++e) {
            double chosen = 0, mean = 0;
            for (int r = 0; r < k_rows; ++r) {
                for (int s = 0; s < c.experts_per_token; ++s)
                    chosen += movable.run.row(Site::expert_indices, l, r)[s] == e;
                const real* weights = movable.run.row(Site::expert_weights, l, r);
                const double sum_of_row = std::accumulate(weights, weights + c.n_experts, 0.0);
                mean += weights[e] / (c.router == RouterKind::sigmoid ? sum_of_row : 1);
            }
            balance += c.n_experts * (chosen / (k_rows * c.experts_per_token)) * (mean / k_rows) / c.n_layers;
        }
        for (int r = 0; r < k_rows; ++r) {
            double all = 0;
            for (int e = 0; e < c.n_experts; ++e)
                all += std::exp(movable.run.row(Site::router_logits, l, r)[e]);
            z += std::pow(std::log(all), 2) / k_rows / c.n_layers;
        }
    }
    EXPECT_NEAR(sum.load_balance / sum.rows, balance, 1e-12);
    EXPECT_NEAR(sum.router_z / sum.rows, z, 1e-12);
    loss(0.3, 0.2, &movable.gradient);
    for (int l = 0; l < c.n_layers; ++l) {
        movable.expect_gradient(Site::expert_weights, l,
                                [&] { return 0.25 * 0.3 * loss(0, 0, nullptr).load_balance / k_rows; });
        movable.expect_gradient(Site::router_logits, l,
                                [&] { return 0.25 * 0.2 * loss(0, 0, nullptr).router_z / k_rows; });
    }
}

TEST(Losses, ContrastBringsPairsTogether) {
    constexpr int n = 4, d = 3;
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    std::vector<real> a(n * d), b(n * d), da(n * d), db(n * d);
    for (real& x : a) x = normal(random);
    for (real& x : b) x = normal(random);
    const auto value = [&] { return contrastive_loss(a, b, d, 0.2, 1, {}, {}).nats; };
    EXPECT_NEAR(contrastive_loss(std::vector<real>(d, 1), std::vector<real>(d, 2), d, 0.2, 1, {}, {}).nats, 0,
                1e-9)
        << "one pair";
    const std::vector<real> same(n * d, 1);
    EXPECT_NEAR(contrastive_loss(same, same, d, 0.2, 1, {}, {}).nats, n * std::log(n), 1e-9)
        << "no difference: chance";
    const std::vector<real> apart{1, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1};
    const LossSum best = contrastive_loss(apart, apart, d, 0.01, 1, {}, {});
    EXPECT_LT(best.nats, 1e-6);
    EXPECT_EQ(best.correct, n);
    contrastive_loss(a, b, d, 0.2, k_weight, da, db);
    for (auto [x, dx] : {std::pair(&a, &da), std::pair(&b, &db)})
        for (std::size_t i = 0; i < x->size(); ++i) {
            const real before = (*x)[i];
            const auto at = [&](double moved) {
                (*x)[i] = moved;
                return k_weight * value();
            };
            EXPECT_TRUE(is_derivative((*dx)[i], at, before));
            (*x)[i] = before;
        }
}

TEST(Losses, ClassesWithoutTargetCostNothing) {
    const std::vector<real> logits{1, 2, 3};
    std::vector<real> d(3, 9);
    const LossSum none = cross_entropy(logits.data(), 3, -1, 1, d.data());
    EXPECT_EQ(none.count, 0);
    EXPECT_EQ(d, std::vector<real>(3, 0));
    const LossSum sum = cross_entropy(logits.data(), 3, 2, 1, d.data());
    EXPECT_EQ(sum.correct, 1);
    EXPECT_NEAR(std::accumulate(d.begin(), d.end(), 0.0), 0, 1e-12);
}

} // namespace
} // namespace gf::tests::losses_test
