// The derivation of a probability: computing with the printed numbers gives the printed results, the last
// result is the sampler's, and tokens are cut by the definitions of the stages.

#include "app/panels/sampling/probability_derivation.h"

#include "app/panels/sampling/printed_arithmetic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace gf::ui::tests::probability_derivation_test {
namespace {

constexpr double k_infinity = std::numeric_limits<double>::infinity();

std::vector<real> random_logits(std::size_t n, unsigned seed, double spread = 3) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(2, spread);
    std::vector<real> logits(n);
    for (real& l : logits) l = static_cast<real>(normal(random));
    return logits;
}

SampleStep sample(const std::vector<real>& logits, const SamplingChain& chain,
                  const std::vector<int>& history = {}) {
    Sampler sampler;
    SampleStep step;
    sampler.sample(logits, history, chain, {}, step);
    return step;
}

const DerivationLine* line_named(const Derivation& d, std::string_view name) {
    const auto at =
        std::ranges::find_if(d.lines, [&](const DerivationLine& l) { return l.name.starts_with(name); });
    return at == d.lines.end() ? nullptr : &*at;
}

TEST(Derivation, PrintedNumbersGiveThePrintedResult) {
    const std::vector<SamplingChain> chains{
        {},
        {{StageKind::temperature, 0.8}},
        {{StageKind::repetition_penalty, 1.1},
         {StageKind::temperature, 0.7},
         {StageKind::top_k, 40},
         {StageKind::top_p, 0.9}},
        {{StageKind::temperature, 1.37}, {StageKind::min_p, 0.05}, {StageKind::repetition_penalty, 1.31}},
        {{StageKind::top_p, 0.95},
         {StageKind::temperature, 2},
         {StageKind::temperature, 0.5},
         {StageKind::top_k, 3}},
        greedy_chain()};
    int sums = 0;
    for (unsigned seed = 0; seed < 4; ++seed)
        for (const SamplingChain& chain : chains) {
            const SampleStep step =
                sample(random_logits(200, seed, seed < 2 ? 3 : 12), chain, {5, 7, 9, 9, 30, 31});
            for (int id = 0; id < 200; ++id) {
                const Derivation d = derive_probability(step, id);
                double before = k_infinity;
                for (const DerivationLine& line : d.lines) {
                    const auto check = check_arithmetic(line.text);
                    EXPECT_EQ(check.expected, check.printed) << line.name << ": " << line.text;
                    sums += check.found;
                    // Each line goes on with the result of the one before.
                    const auto operands = numbers_in(line.text);
                    const bool goes_on = line.name == "temperature" || line.name.starts_with("−") ||
                                         line.name == "exp" || line.name.starts_with("÷");
                    EXPECT_TRUE(!goes_on || operands.at(0) == before) << line.text;
                    if (line.name == "logit" || check.found) before = operands.back();
                }
                const double p = final_probability(step, id);
                if (p > 0) {
                    EXPECT_NEAR(d.p, p, 0.5001e-2 * p) << "three digits";
                    EXPECT_EQ(numbers_in(d.lines.back().text).back(), d.p);
                    EXPECT_NEAR(numbers_in(d.lines.front().text).at(0),
                                step.logits[static_cast<std::size_t>(id)], 0.5001e-3);
                } else {
                    EXPECT_EQ(d.p, 0);
                    EXPECT_TRUE(d.lines.back().cuts);
                    EXPECT_EQ(d.cut_stage + 1, step.cut_by[static_cast<std::size_t>(id)]);
                }
            }
        }
    EXPECT_GT(sums, 1000);
}

TEST(Derivation, CutsFollowTheirDefinitions) {
    const std::vector<real> logits = random_logits(120, 8, 1.5);
    std::vector<int> order(120);
    for (int i = 0; i < 120; ++i) order[static_cast<std::size_t>(i)] = i;
    std::ranges::sort(order, [&](int a, int b) {
        return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
    });
    std::vector<double> p;
    double sum = 0;
    for (const int id : order)
        sum += p.emplace_back(std::exp(static_cast<double>(logits[static_cast<std::size_t>(id)])));
    for (double& x : p) x /= sum;
    const SampleStep by_k = sample(logits, {{StageKind::top_k, 40}}),
                     by_p = sample(logits, {{StageKind::top_p, 0.7}}),
                     by_min = sample(logits, {{StageKind::min_p, 0.1}}),
                     greedy = sample(logits, greedy_chain());
    double likelier = 0;
    for (std::size_t r = 0; r < order.size(); ++r) {
        SCOPED_TRACE(r);
        const int id = order[r], rank = static_cast<int>(r) + 1;
        EXPECT_EQ(line_named(derive_probability(by_k, id), "top-k")->text,
                  rank <= 40 ? fmt::format("rank {} ≤ 40: kept", rank)
                             : fmt::format("rank {} > 40: cut", rank));
        EXPECT_EQ(line_named(derive_probability(greedy, id), "greedy")->text,
                  rank == 1 ? "rank 1 = 1: kept" : fmt::format("rank {} > 1: cut", rank));
        const Derivation nucleus = derive_probability(by_p, id);
        const DerivationLine& top_p = *line_named(nucleus, "top-p");
        EXPECT_EQ(top_p.cuts, r > 0 && likelier >= 0.7);
        if (r > 0) {
            EXPECT_NEAR(numbers_in(top_p.text).at(0), likelier, 0.50001e-2);
            EXPECT_EQ(numbers_in(top_p.text).at(1), 0.7);
            EXPECT_EQ(numbers_in(top_p.text).at(0) >= 0.7, top_p.cuts) << top_p.text << ": as printed, too";
        }
        const Derivation least = derive_probability(by_min, id);
        const DerivationLine& min_p = *line_named(least, "min-p");
        EXPECT_EQ(min_p.cuts, p[r] < 0.1 * p[0]);
        const auto numbers = numbers_in(min_p.text); // p, value, the largest, their product
        ASSERT_EQ(numbers.size(), 4u) << min_p.text;
        EXPECT_NEAR(numbers[0], p[r], 0.51e-2 * p[r]);
        EXPECT_EQ(numbers[1], 0.1);
        EXPECT_NEAR(numbers[2], p[0], 0.51e-2 * p[0]);
        EXPECT_EQ(numbers[0] < numbers[3], min_p.cuts) << min_p.text;
        likelier += p[r];
    }
}

TEST(Derivation, ThePenaltyAppliesToTokensOfTheText) {
    const std::vector<real> logits{2, -1, 0.5f, 3};
    const SampleStep step = sample(logits, {{StageKind::repetition_penalty, 1.5}}, {0, 1});
    EXPECT_EQ(line_named(derive_probability(step, 0), "repetition")->text, "2.000 / 1.5 = 1.333");
    EXPECT_EQ(numbers_in(line_named(derive_probability(step, 1), "repetition")->text),
              (std::vector<double>{-1, 1.5, -1.5}));
    EXPECT_THAT(line_named(derive_probability(step, 1), "repetition")->text, ::testing::HasSubstr("×"));
    EXPECT_EQ(line_named(derive_probability(step, 2), "repetition")->text, "not in the text: unchanged");
}

TEST(Derivation, ATokenThatCanNeverBeDrawnHasOneLine) {
    const auto none = static_cast<real>(-k_infinity);
    const SampleStep step = sample({1, none, std::numeric_limits<real>::quiet_NaN()}, default_chain());
    for (const int id : {1, 2}) {
        const Derivation d = derive_probability(step, id);
        ASSERT_EQ(d.lines.size(), 1u);
        EXPECT_TRUE(d.lines[0].cuts);
        EXPECT_EQ(d.cut_stage, 0);
    }
    EXPECT_EQ(derive_probability(step, 0).p, 1);
    derive_probability(sample({none, none}, default_chain()), 0); // nothing at all: no crash
}

} // namespace
} // namespace gf::ui::tests::probability_derivation_test
