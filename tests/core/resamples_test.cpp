// Many draws at one place: the same as one by one; and how well counts fit, against closed forms.

#include "core/sampling/resamples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace gf::tests::resamples_test {
namespace {

/// Q(k/2, x/2) by recurrence over k (Abramowitz and Stegun 26.4.8), from k = 1: erfc, k = 2: exp.
double tail_by_recurrence(double x, int k) {
    double q = k % 2 == 1 ? std::erfc(std::sqrt(x / 2)) : std::exp(-x / 2);
    for (int i = k % 2 == 1 ? 1 : 2; i < k; i += 2)
        q += std::exp(i / 2.0 * std::log(x / 2) - x / 2 - std::lgamma(i / 2.0 + 1));
    return q;
}

TEST(ChiSquareTail, AgreesWithClosedForms) {
    for (const int k : {1, 2, 3, 4, 7, 10, 33, 100, 1000})
        for (const double ratio : {0.01, 0.3, 0.9, 1.0, 1.1, 1.7, 3.0}) {
            const double expected = tail_by_recurrence(ratio * k, k);
            EXPECT_NEAR(chi_square_tail(ratio * k, k), expected, 1e-11)
                << k << " degrees of freedom, " << ratio;
            if (ratio > 1.5) {
                EXPECT_NEAR(chi_square_tail(ratio * k, k) / expected, 1, 1e-9);
            }
        }
    EXPECT_NEAR(chi_square_tail(3.841458820694124, 1), 0.05, 1e-12); // the tables' values
    EXPECT_NEAR(chi_square_tail(18.307038053275146, 10), 0.05, 1e-12);
    EXPECT_EQ(chi_square_tail(0, 5), 1);
    EXPECT_EQ(chi_square_tail(4, 0), 1);
}

TEST(GoodnessOfFit, PoolsWhatIsRare) {
    const std::vector<int> observed{60, 30, 7, 2, 1, 0};
    const std::vector<double> expected{50, 40, 4, 3, 3, 0};
    const GoodnessOfFit fit = goodness_of_fit(observed, expected);
    EXPECT_NEAR(fit.statistic, 100.0 / 50 + 100.0 / 40 + 0.0 / 10, 1e-12);
    EXPECT_EQ(fit.degrees_of_freedom, 2);
    EXPECT_EQ(fit.n_pooled, 3);
    EXPECT_NEAR(fit.p_value, std::exp(-4.5 / 2), 1e-12);
    // Too few even together: they join the smallest class.
    const GoodnessOfFit joined = goodness_of_fit(std::vector<int>{60, 37, 3}, std::vector<double>{56, 40, 4});
    EXPECT_NEAR(joined.statistic, 16.0 / 56 + 16.0 / 44, 1e-12);
    EXPECT_EQ(joined.degrees_of_freedom, 1);
    EXPECT_EQ(goodness_of_fit(std::vector<int>{100}, std::vector<double>{100}).degrees_of_freedom, 0);
}

std::vector<real> random_logits(std::size_t n, unsigned seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0, 2);
    std::vector<real> logits(n);
    for (real& l : logits) l = static_cast<real>(normal(random));
    return logits;
}

TEST(Resamples, AreTheDrawsOneByOne) {
    const std::vector<SamplingChain> chains{
        {{StageKind::temperature, 0.8}},
        {{StageKind::temperature, 3}, {StageKind::top_k, 40}, {StageKind::top_p, 0.9}},
        {{StageKind::min_p, 0.1}, {StageKind::repetition_penalty, 1.3}},
        greedy_chain()};
    const std::vector<int> history{0, 3, 3, 7};
    for (const std::size_t n_vocab : {1u, 5u, 60u, 3000u})
        for (std::size_t c = 0; c < chains.size(); ++c) {
            const DrawKey place{.seed = 42 + c, .branch = 1, .position = 9, .resample = 77};
            Sampler sampler;
            SampleStep step;
            sampler.sample(random_logits(n_vocab, 5), history, chains[c], place, step);
            std::vector<int> expected(n_vocab);
            for (std::uint32_t r = 0; r < 1000; ++r) {
                SampleStep one = step;
                sampler.redraw(one, {place.seed, place.branch, place.position, r});
                ++expected[static_cast<std::size_t>(one.token)];
            }
            for (const int budget : {1, 7, 4096}) { // the walk can be interrupted
                Resamples draws;
                draws.begin(place, 1000, static_cast<int>(n_vocab));
                int rounds = 1;
                for (; !draws.advance(sampler, step, budget); ++rounds) EXPECT_LT(draws.n_made(), 1000);
                EXPECT_EQ(std::vector(draws.counts().begin(), draws.counts().end()), expected)
                    << n_vocab << ", chain " << c;
                EXPECT_EQ(draws.n_made(), 1000);
                EXPECT_LE(rounds, 1 + static_cast<int>(n_vocab) / budget);
                std::vector<double> theory;
                for (std::size_t i = 0; i < n_vocab; ++i)
                    theory.push_back(1000 * final_probability(step, static_cast<int>(i)));
                EXPECT_EQ(draws.fit().statistic, goodness_of_fit(expected, theory).statistic);
                EXPECT_GT(draws.fit().p_value, 1e-4) << n_vocab << ", chain " << c;
            }
        }
}

TEST(Resamples, OfNothingAreTokenZero) {
    Sampler sampler;
    SampleStep step;
    const real none = -std::numeric_limits<real>::infinity();
    sampler.sample(std::vector<real>{none, none, std::numeric_limits<real>::quiet_NaN()}, {}, default_chain(),
                   {}, step);
    Resamples draws;
    draws.begin({}, 10, 3);
    EXPECT_TRUE(draws.advance(sampler, step, 1));
    EXPECT_EQ(draws.count(0), 10);
    EXPECT_EQ(draws.fit().degrees_of_freedom, 0);
}

TEST(Resamples, DeviationOfACount) {
    EXPECT_DOUBLE_EQ(count_deviation(1000, 0.5), std::sqrt(250.0));
    EXPECT_EQ(count_deviation(1000, 1), 0);
    EXPECT_EQ(count_deviation(1000, 1 + 1e-12), 0) << "rounding above 1";
}

} // namespace
} // namespace gf::tests::resamples_test
