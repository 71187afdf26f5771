// Draws: their frequencies, and that they are a function of where they happen.

#include "core/sampling/sampling.h"
#include "statistics.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace gf::tests::sampling_draw_test {
namespace {

constexpr int k_draws = 200'000;

std::vector<real> random_logits(std::size_t n, unsigned long long seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 2);
    std::vector<real> logits(n);
    for (real& l : logits) l = static_cast<real>(normal(random));
    return logits;
}

/// The distribution that a chain leaves, in double and by the textbook, for chains of temperature, then
/// top-k.
std::vector<double> softmax(const std::vector<real>& logits, double temperature, std::size_t top_k) {
    std::vector<real> sorted = logits;
    std::sort(sorted.begin(), sorted.end(), std::greater());
    std::vector<double> p;
    double sum = 0;
    for (const real l : logits)
        sum += p.emplace_back(
            l >= sorted[std::min(top_k, sorted.size()) - 1] ? std::exp(double(l) / temperature) : 0);
    for (double& x : p) x /= sum;
    return p;
}

TEST(Draws, FollowTheDistribution) {
    const struct {
        std::size_t vocabulary, top_k;
        double temperature;
    } cases[] = {{5, 5, 1}, {30, 30, 0.7}, {30, 6, 1.5}, {300, 300, 1}, {2000, 50, 2}};
    std::uint64_t seed = 100;
    for (const auto& c : cases) {
        const std::vector<real> logits = random_logits(c.vocabulary, ++seed);
        Sampler sampler;
        SampleStep step;
        sampler.sample(logits, {},
                       {{StageKind::temperature, c.temperature}, {StageKind::top_k, double(c.top_k)}},
                       {.seed = seed}, step);
        std::vector<std::int64_t> counts(c.vocabulary);
        for (std::uint32_t i = 0; i < k_draws; ++i) {
            sampler.redraw(step, {.seed = seed, .position = i});
            ++counts[static_cast<std::size_t>(step.token)];
        }
        EXPECT_TRUE(fits(counts, softmax(logits, c.temperature, c.top_k))) << c.vocabulary << " tokens";
    }
}

TEST(Draws, FollowTheRecordedDistributionOfAnyChain) {
    const std::vector<SamplingChain> chains{{{StageKind::top_p, 0.8}, {StageKind::temperature, 1.3}},
                                            {{StageKind::min_p, 0.05}},
                                            {{StageKind::repetition_penalty, 1.8}, {StageKind::top_k, 12}}};
    const std::vector<int> history{1, 4, 4, 9, 16};
    for (const SamplingChain& chain : chains) {
        const std::vector<real> logits = random_logits(60, 7);
        Sampler sampler;
        SampleStep step;
        sampler.sample(logits, history, chain, {}, step);
        std::vector<double> p;
        for (int i = 0; i < 60; ++i) p.push_back(final_probability(step, i));
        std::vector<std::int64_t> counts(60);
        for (std::uint32_t i = 0; i < k_draws; ++i) {
            sampler.redraw(step, {.seed = 3, .resample = i});
            ++counts[static_cast<std::size_t>(step.token)];
        }
        EXPECT_TRUE(fits(counts, p));
    }
}

TEST(Draws, SampleAndRedrawAgree) {
    const std::vector<real> logits = random_logits(100, 8);
    const SamplingChain chain{{StageKind::temperature, 0.9}, {StageKind::top_p, 0.95}};
    Sampler once, again;
    SampleStep step, redrawn;
    again.sample(logits, {}, chain, {}, redrawn);
    std::vector<int> tokens;
    for (std::uint32_t i = 0; i < 300; ++i) {
        const DrawKey key{.seed = 5, .position = i};
        once.sample(logits, {}, chain, key, step);
        again.redraw(redrawn, key);
        EXPECT_EQ(step.token, redrawn.token);
        EXPECT_EQ(step.u, redrawn.u);
        EXPECT_EQ(step.cumulative, redrawn.cumulative);
        EXPECT_EQ(step.key, key);
        tokens.push_back(step.token);
    }
    for (std::uint32_t i = 300; i-- > 0;) { // rewinding: the same places again, in another order
        once.sample(logits, {}, chain, {.seed = 5, .position = i}, step);
        EXPECT_EQ(step.token, tokens[i]);
    }
}

/// Beyond the likeliest tokens nothing is sorted: the draw must be that of a plain walk in order all the
/// same.
TEST(Draws, DeepInTheTailAreThoseOfAWalkInOrder) {
    std::vector<std::vector<real>> vocabularies{random_logits(20'000, 9), std::vector<real>(3000, real(1.5)),
                                                random_logits(3000, 10), random_logits(3000, 11)};
    for (std::size_t i = 0; i < 3000; ++i) {
        vocabularies[2][i] = i % 3 ? real(0.5) : real(-0.5); // many equal ones
        if (i % 7 == 0) vocabularies[3][i] = -std::numeric_limits<real>::infinity();
        if (i % 1000 == 1) vocabularies[3][i] = std::numeric_limits<real>::lowest();
    }
    for (const std::vector<real>& logits : vocabularies) {
        Sampler sampler;
        SampleStep step;
        sampler.sample(logits, {}, {{StageKind::temperature, 3}}, {}, step);
        std::vector<int> order;
        top_ids(logits, static_cast<int>(logits.size()), order);
        for (std::uint32_t i = 0; i < 200; ++i) {
            sampler.redraw(step, {.seed = 8, .resample = i});
            double before = 0;
            std::size_t at = 0;
            while (at + 1 < order.size() && before + final_probability(step, order[at]) <= step.u)
                before += final_probability(step, order[at++]);
            EXPECT_EQ(step.token, order[at]) << "u = " << step.u;
            EXPECT_NEAR(step.cumulative, before, 1e-12);
        }
    }
}

/// How numbers are rounded must not depend on where vectors happen to lie.
TEST(Draws, DoNotDependOnWhatTheSamplerDidBefore) {
    const std::vector<real> logits = random_logits(999, 12);
    const SamplingChain chain{{StageKind::temperature, 0.9}, {StageKind::min_p, 0.001}};
    Sampler fresh;
    SampleStep expected;
    fresh.sample(logits, {}, chain, {.seed = 3}, expected);
    for (std::size_t n = 1; n < 40; ++n) {
        Sampler used;
        SampleStep step;
        const std::vector<real> kept_apart(n * 3);
        used.sample(random_logits(n, 1), {}, chain, {}, step);
        used.sample(logits, {}, chain, {.seed = 3}, step);
        EXPECT_EQ(step.token, expected.token);
        EXPECT_EQ(step.cumulative, expected.cumulative);
        for (std::size_t i = 0; i < step.stages.size(); ++i)
            EXPECT_EQ(step.stages[i].log_sum_exp, expected.stages[i].log_sum_exp);
    }
}

TEST(DrawKeys, EveryFieldMovesU) {
    const DrawKey key{.seed = 1, .branch = 2, .position = 3, .resample = 4};
    EXPECT_EQ(uniform(key), uniform(DrawKey{1, 2, 3, 4}));
    EXPECT_NE(uniform(key), uniform(DrawKey{2, 2, 3, 4}));
    EXPECT_NE(uniform(key), uniform(DrawKey{1, 3, 3, 4}));
    EXPECT_NE(uniform(key), uniform(DrawKey{1, 2, 4, 4}));
    EXPECT_NE(uniform(key), uniform(DrawKey{1, 2, 3, 5}));
    EXPECT_NE(uniform(key), uniform(DrawKey{1, 3, 2, 4})) << "fields do not stand in for each other";
    EXPECT_NE(uniform(key), uniform(DrawKey{1, 2, 4, 3}));
}

// Each field counted up alone must give independent uniform numbers: singles in 256 cells, neighbours in 16
// x 16.
TEST(DrawKeys, UIsUniformAlongEveryField) {
    const auto key = [](int field, std::uint32_t i) {
        DrawKey k{.seed = 42, .branch = 1, .position = 10, .resample = 0};
        if (field == 0) k.seed = i;
        if (field == 1) k.branch = i;
        if (field == 2) k.position = i;
        if (field == 3) k.resample = i;
        return k;
    };
    const std::vector<double> even(256, 1.0 / 256);
    for (int field = 0; field < 4; ++field) {
        std::vector<std::int64_t> singles(256), pairs(256);
        for (std::uint32_t i = 0; i < k_draws; ++i) {
            const double u = uniform(key(field, i));
            ASSERT_GE(u, 0);
            ASSERT_LT(u, 1);
            ++singles[static_cast<std::size_t>(u * 256)];
            if (i % 2 == 0)
                ++pairs[static_cast<std::size_t>(u * 16) * 16 +
                        static_cast<std::size_t>(uniform(key(field, i + 1)) * 16)];
        }
        EXPECT_TRUE(fits(singles, even)) << "field " << field;
        EXPECT_TRUE(fits(pairs, even)) << "field " << field;
    }
}

TEST(DrawKeys, AreAFunctionAtCompileTime) {
    static_assert(uniform(DrawKey{1, 2, 3, 4}) == uniform(DrawKey{1, 2, 3, 4}));
    static_assert(mix64(0) ==
                  0xe220a8397b1dcdafu); // SplitMix64's first output of seed 0, as published with it
}

// For even df the tail has a closed form: P(X > x) = e^(-x/2) sum of (x/2)^k / k! over k < df/2.
TEST(ChiSquare, CriticalValuesLeaveOneInTenThousand) {
    for (const int df : {4, 10, 50, 256}) {
        const double half = chi_square_critical(df) / 2;
        double term = std::exp(-half), tail = 0;
        for (int k = 0; k < df / 2; ++k, term *= half / k) tail += term;
        EXPECT_LT(tail, 1.01e-4) << df;
        EXPECT_GT(tail, 0.6e-4) << df;
    }
    EXPECT_FALSE(fits({1000, 1200}, {0.5, 0.5}));
    EXPECT_TRUE(fits({1000, 1030}, {0.5, 0.5}));
    EXPECT_FALSE(fits({10, 1}, {1, 0}));
}

} // namespace
} // namespace gf::tests::sampling_draw_test
