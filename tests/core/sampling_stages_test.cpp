// Each sampling rule, in every order, against its definition.

#include "platform/error.h"
#include "sampling_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace gf::tests::sampling_stages_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr real k_inf = std::numeric_limits<real>::infinity(), k_nan = std::numeric_limits<real>::quiet_NaN();

SampleStep sampled(const std::vector<real>& logits, const SamplingChain& chain,
                   const std::vector<int>& history = {}, const DrawKey& key = {}) {
    Sampler sampler;
    SampleStep step;
    sampler.sample(logits, history, chain, key, step);
    return step;
}

std::vector<int> alive_in(const SampleStep& step) {
    std::vector<int> ids;
    for (std::size_t i = 0; i < step.cut_by.size(); ++i)
        if (step.cut_by[i] == 0) ids.push_back(static_cast<int>(i));
    return ids;
}

/// A chain of all kinds in random order with random values, each on with probability 2/3.
SamplingChain random_chain(std::mt19937_64& random, int n) {
    std::uniform_real_distribution<double> unit(0, 1);
    SamplingChain chain{{StageKind::repetition_penalty, 0.5 + 2 * unit(random)},
                        {StageKind::temperature, 0.2 + 3 * unit(random)},
                        {StageKind::top_k, std::floor(1 + n * unit(random))},
                        {StageKind::top_p, unit(random) < 0.1 ? 1 : std::sqrt(unit(random))},
                        {StageKind::min_p, unit(random) < 0.1 ? 0 : 0.3 * std::pow(unit(random), 3)},
                        {StageKind::greedy, 0}};
    for (SampleStage& s : chain) s.on = unit(random) < (s.kind == StageKind::greedy ? 0.1 : 0.67);
    std::shuffle(chain.begin(), chain.end(), random);
    return chain;
}

/// Logits with ties, -inf and NaN among them.
std::vector<real> random_logits(std::mt19937_64& random, int n) {
    std::normal_distribution<double> normal(0, 1 + static_cast<double>(random() % 4));
    const double ties = random() % 2 ? 0.5 : 0, gaps = random() % 2 ? 0.1 : 0;
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<real> logits;
    for (int i = 0; i < n; ++i) {
        const double x = normal(random);
        logits.push_back(static_cast<real>(unit(random) < ties ? std::round(2 * x) / 2 : x));
        if (unit(random) < gaps) logits.back() = random() % 2 ? -k_inf : k_nan;
    }
    return logits;
}

std::string text(const SamplingChain& chain) {
    std::string s;
    for (const SampleStage& stage : chain)
        if (stage.on) s += std::string(stage_row(stage.kind).name) + " " + std::to_string(stage.value) + ", ";
    return s;
}

/// The record of a step agrees with the reference at each stage, token by token.
void expect_as_defined(const SampleStep& step, const ReferenceSteps& expected) {
    ASSERT_EQ(step.stages.size(), expected.stages.size());
    for (std::size_t k = 0; k < step.stages.size(); ++k) {
        const StageRecord& record = step.stages[k];
        const ReferenceStage& reference = expected.stages[k];
        ASSERT_EQ(record.n_alive, reference.n_alive) << "stage " << k;
        ASSERT_EQ(record.n_cut,
                  (k ? expected.stages[k - 1].n_alive : static_cast<int>(reference.alive.size())) -
                      reference.n_alive)
            << "stage " << k;
        ASSERT_NEAR(record.entropy, reference.entropy, 2e-5) << "stage " << k;
        ASSERT_NEAR(record.log_sum_exp, reference.log_sum_exp, 2e-6 * (1 + std::abs(reference.log_sum_exp)))
            << "stage " << k;
        double sum = 0;
        for (std::size_t i = 0; i < reference.alive.size(); ++i) {
            const int token = static_cast<int>(i), cut = step.cut_by[i];
            ASSERT_EQ(cut == 0 || cut > static_cast<int>(k) + 1, reference.alive[i])
                << "token " << i << " after stage " << k;
            const double p = probability(step, static_cast<int>(k), token);
            ASSERT_NEAR(p, reference.probabilities[i], 1e-5 * reference.probabilities[i] + 1e-12)
                << "token " << i << " after stage " << k;
            sum += p;
            if (!reference.alive[i]) continue;
            ASSERT_NEAR(stage_logit(step, static_cast<int>(k), token), reference.logits[i],
                        2e-7 * (1 + std::abs(reference.logits[i])));
        }
        ASSERT_NEAR(sum, reference.n_alive ? 1 : 0, 2e-6) << "stage " << k;
    }
}

TEST(SamplingStages, AreTheirDefinitionsInEveryOrder) {
    std::mt19937_64 random(1);
    Sampler sampler; // one for all: nothing of one step may reach the next
    SampleStep step;
    int close_calls = 0;
    constexpr int k_trials = 1500;
    for (int trial = 0; trial < k_trials; ++trial) {
        const int n =
            trial < 1000 ? 3 + static_cast<int>(random() % 60) : 3 + static_cast<int>(random() % 1998);
        const std::vector<real> logits = random_logits(random, n);
        const SamplingChain chain = random_chain(random, n);
        std::vector<int> history;
        for (int i = 0; i < 20; ++i)
            history.push_back(static_cast<int>(random() % static_cast<unsigned>(n + 5)) -
                              2); // some are no tokens
        const ReferenceSteps expected = reference_sample(logits, history, chain);
        if (expected.margin < 1e-6) {
            ++close_calls;
            continue;
        }
        sampler.sample(logits, history, chain, {.seed = static_cast<std::uint64_t>(trial)}, step);
        SCOPED_TRACE("trial " + std::to_string(trial) + ", " + std::to_string(n) + " tokens: " + text(chain));
        expect_as_defined(step, expected);
        if (HasFatalFailure()) return;
        const ReferenceStage& last = expected.stages.back();
        if (last.n_alive == 0)
            EXPECT_EQ(step.token, 0);
        else
            EXPECT_TRUE(last.alive[static_cast<std::size_t>(step.token)]) << "a token that was cut was drawn";
    }
    EXPECT_LT(close_calls, k_trials / 50);
}

TEST(SamplingStages, TheDrawnTokenCoversU) {
    std::mt19937_64 random(2);
    for (int trial = 0; trial < 500; ++trial) {
        const std::vector<real> logits = random_logits(random, 50);
        const SampleStep step = sampled(logits, random_chain(random, 50), {1, 2, 3},
                                        {.seed = 9, .position = static_cast<std::uint32_t>(trial)});
        EXPECT_EQ(step.u, uniform(step.key));
        const int last = static_cast<int>(step.stages.size()) - 1;
        double likelier = 0; // the mass of what stands before the token
        for (const int i : alive_in(step)) {
            const double mine = stage_logit(step, last, step.token), other = stage_logit(step, last, i);
            if (other > mine || (other == mine && i < step.token)) likelier += final_probability(step, i);
        }
        EXPECT_NEAR(step.cumulative, likelier, 1e-9);
        EXPECT_LE(step.cumulative, step.u);
        EXPECT_GT(step.cumulative + final_probability(step, step.token), step.u - 2e-6);
    }
}

TEST(SamplingStages, ByHand) {
    const std::vector<real> logits{1, 3, 2, 3, 0};
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::top_k, 1}})), ElementsAre(1)) << "equal ones by id";
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::top_k, 3}})), ElementsAre(1, 2, 3));
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::top_k, 1e9}})), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::greedy, 0}})), ElementsAre(1));
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::min_p, 0.3}})), ElementsAre(1, 2, 3))
        << "e^-1 = 0.37 of the largest, e^-2 = 0.14";
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::min_p, 1}})), ElementsAre(1, 3))
        << "all that are as likely as the likeliest";
    EXPECT_THAT(alive_in(sampled(logits, {{StageKind::top_p, 0}})), ElementsAre(1)) << "never nothing";
    EXPECT_THAT(alive_in(sampled({std::log(real(5)), std::log(real(3)), std::log(real(2))},
                                 {{StageKind::top_p, 0.6}})),
                ElementsAre(0, 1))
        << "0.5, 0.3, 0.2";
    EXPECT_THAT(alive_in(sampled({std::log(real(5)), std::log(real(3)), std::log(real(2))},
                                 {{StageKind::top_p, 0.4}})),
                ElementsAre(0));
    const SampleStep penalised =
        sampled({2, -2, 0, 1}, {{StageKind::repetition_penalty, 2}}, {0, 1, 0, 2, 99, -1});
    EXPECT_EQ(penalised.penalised, (std::vector<real>{1, -4, 0, 1})) << "once each, ids outside ignored";
    EXPECT_EQ(penalised.logits, (std::vector<real>{2, -2, 0, 1}));
    EXPECT_DOUBLE_EQ(stage_logit(sampled({2, -2}, {{StageKind::temperature, 0.5}}), 1, 0), 4);
    EXPECT_NEAR(sampled({0, 0, 0, 0}, {}).stages[0].entropy, 2, 1e-6) << "bits";
    EXPECT_NEAR(sampled({0, 0, 0, 0}, {}).stages[0].log_sum_exp, std::log(4.0), 1e-6);
}

TEST(SamplingStages, NeutralValuesCutNothing) {
    std::mt19937_64 random(3);
    for (int trial = 0; trial < 200; ++trial) {
        std::vector<real> logits = random_logits(random, 2000);
        const SampleStep step = sampled(logits,
                                        {{StageKind::repetition_penalty, 1},
                                         {StageKind::temperature, 1},
                                         {StageKind::top_p, 1},
                                         {StageKind::min_p, 0}},
                                        {1, 2, 3});
        for (std::size_t k = 1; k < step.stages.size(); ++k)
            ASSERT_EQ(step.stages[k].n_cut, 0) << stage_row(step.stages[k].stage.kind).name;
    }
    for (int i = 0; i < k_n_stage_kinds; ++i) {
        const StageRow& row = stage_row(static_cast<StageKind>(i));
        EXPECT_EQ(static_cast<int>(row.kind), i);
        EXPECT_LT(row.min_value, row.max_value);
    }
}

TEST(SamplingStages, CutByNamesTheStage) {
    const SampleStep step = sampled({5, 4, -k_inf, 3, 2, k_nan, 1}, {{StageKind::top_k, 4},
                                                                     {StageKind::temperature, 1},
                                                                     {StageKind::top_p, 0.5, false},
                                                                     {StageKind::top_k, 2}});
    EXPECT_EQ(step.cut_by, (std::vector<std::uint8_t>{0, 0, 1, 4, 4, 1, 2}))
        << "1 + the index of the record; stages that are off have none";
    ASSERT_EQ(step.stages.size(), 4u);
    EXPECT_THAT((std::vector<int>{step.stages[0].n_cut, step.stages[1].n_cut, step.stages[2].n_cut,
                                  step.stages[3].n_cut}),
                ElementsAre(2, 1, 0, 2));
    EXPECT_EQ(probability(step, 1, 6), 0);
    EXPECT_GT(probability(step, 0, 6), 0) << "alive before any stage";
    EXPECT_EQ(probability(step, 0, 5), 0) << "NaN";
}

TEST(SamplingStages, NothingToDraw) {
    for (const std::vector<real>& logits : {std::vector<real>{k_nan, k_nan}, {-k_inf, -k_inf, k_nan}})
        for (const SamplingChain& chain :
             {SamplingChain{}, greedy_chain(),
              SamplingChain{{StageKind::top_p, 0.5}, {StageKind::min_p, 0.5}, {StageKind::top_k, 3}}}) {
            const SampleStep step = sampled(logits, chain);
            EXPECT_EQ(step.token, 0);
            EXPECT_EQ(final_probability(step, 0), 0);
            for (const StageRecord& r : step.stages) EXPECT_EQ(r.n_alive, 0);
        }
}

TEST(SamplingStages, ExtremeLogitsStayNumbers) {
    const real lowest = std::numeric_limits<real>::lowest(), highest = std::numeric_limits<real>::max();
    for (const std::vector<real>& logits :
         {std::vector<real>{1, 2, lowest}, {highest, 1, 2}, {highest, lowest, 0}, {lowest, lowest, lowest}})
        for (const double temperature : {0.01, 0.5, 1.0, 100.0}) {
            const SampleStep step =
                sampled(logits, {{StageKind::repetition_penalty, 10}, {StageKind::temperature, temperature}},
                        {0, 1, 2});
            for (const StageRecord& r : step.stages) {
                EXPECT_TRUE(std::isfinite(r.entropy)) << r.entropy;
                EXPECT_FALSE(std::isnan(r.log_sum_exp));
            }
            EXPECT_GT(final_probability(step, step.token), 0) << "temperature " << temperature;
        }
}

TEST(SamplingStages, AnInfiniteLogitWins) {
    for (const double temperature : {0.01, 0.7, 1.0, 3.0, 100.0})
        for (std::uint32_t position = 0; position < 50; ++position) {
            const SampleStep step =
                sampled({1, 2, k_inf, 3, k_inf},
                        {{StageKind::repetition_penalty, 0.1}, {StageKind::temperature, temperature}}, {1, 4},
                        {.position = position});
            EXPECT_TRUE(step.token == 2 || step.token == 4) << step.token;
        }
    EXPECT_EQ(sampled({1, 2, k_inf, 3}, greedy_chain()).token, 2);
}

TEST(Greedy, TakesTheLargestAndTheLowestIdAmongEquals) {
    std::mt19937_64 random(4);
    for (int trial = 0; trial < 300; ++trial) {
        const std::vector<real> logits = random_logits(random, 3 + static_cast<int>(random() % 500));
        int best = 0;
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (logits[i] > logits[static_cast<std::size_t>(best)] ||
                std::isnan(logits[static_cast<std::size_t>(best)]))
                best = static_cast<int>(i);
        if (std::isnan(logits[static_cast<std::size_t>(best)])) best = 0;
        EXPECT_EQ(sampled(logits, greedy_chain(), {}, {.seed = random()}).token, best);
    }
}

TEST(TopIds, AreASortedPrefix) {
    std::mt19937_64 random(5);
    std::vector<int> ids;
    for (int trial = 0; trial < 300; ++trial) {
        const int size = static_cast<int>(random() % 200);
        const std::vector<real> values = random_logits(random, size);
        std::vector<int> order(values.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) { // NaN counts as -inf
            const auto of = [&](int i) {
                return std::isnan(values[static_cast<std::size_t>(i)]) ? -k_inf
                                                                       : values[static_cast<std::size_t>(i)];
            };
            return of(a) > of(b);
        });
        for (const int n : {0, 1, 5, size, size + 3}) {
            top_ids(values, n, ids);
            EXPECT_EQ(ids, std::vector<int>(order.begin(), order.begin() + std::min(n, size)));
        }
    }
}

TEST(Alive, IsRankedAsFarAsAsked) {
    std::mt19937_64 random(6);
    Sampler sampler;
    SampleStep step;
    for (int trial = 0; trial < 100; ++trial) {
        const std::vector<real> logits = random_logits(random, 700);
        sampler.sample(logits, {}, {{StageKind::min_p, 0.001}}, {}, step);
        for (const int n : {0, 1, 10, 100, 1000}) {
            const std::span<const int> alive = sampler.alive_tokens(n);
            std::vector<int> expected = alive_in(step);
            std::sort(expected.begin(), expected.end(), [&](int a, int b) {
                const real x = logits[static_cast<std::size_t>(a)], y = logits[static_cast<std::size_t>(b)];
                return x > y || (x == y && a < b);
            });
            expected.resize(std::min(expected.size(), static_cast<std::size_t>(n)));
            ASSERT_EQ(std::vector<int>(alive.begin(), alive.end()), expected);
        }
    }
}

TEST(Chains, ShowEveryStage) {
    const SamplingChain chain = default_chain();
    ASSERT_EQ(static_cast<int>(chain.size()), k_n_stage_kinds);
    for (int i = 0; i < k_n_stage_kinds; ++i) {
        const StageKind kind = static_cast<StageKind>(i);
        EXPECT_EQ(
            std::count_if(chain.begin(), chain.end(), [&](const SampleStage& s) { return s.kind == kind; }),
            1);
    }
    for (const SampleStage& s : chain) EXPECT_EQ(s.on, s.kind == StageKind::temperature);
    const SamplingChain mine{{StageKind::top_p, 0.3}, {StageKind::temperature, 2}},
        all = with_all_stages(mine);
    ASSERT_EQ(static_cast<int>(all.size()), k_n_stage_kinds);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i < mine.size()) {
            EXPECT_EQ(all[i], mine[i]) << "as it was";
        } else {
            EXPECT_FALSE(all[i].on) << "appended, off";
        }
    }
    EXPECT_EQ(with_all_stages(all), all);
    EXPECT_NO_THROW(validate(all));
}

TEST(ValidateChain, NamesTheStageAndItsRange) {
    const auto problem = [](SampleStage s) {
        try {
            validate({{StageKind::temperature, 1}, s});
        } catch (const Error& e) {
            return e.problem();
        }
        return Problem{};
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(problem({StageKind::temperature, 0}).where, "temperature");
    EXPECT_EQ(problem({StageKind::temperature, 0}).expected, "0.01 to 100");
    EXPECT_EQ(problem({StageKind::temperature, 0}).found, "0");
    EXPECT_THAT(problem({StageKind::temperature, 0}).remedy, HasSubstr("greedy"));
    for (const double bad : {-1.0, 0.001, 100.5, nan})
        EXPECT_EQ(problem({StageKind::temperature, bad}).where, "temperature") << bad;
    for (const double bad : {0.0, -1.0, 2e9, nan})
        EXPECT_EQ(problem({StageKind::top_k, bad}).where, "top-k") << bad;
    EXPECT_EQ(problem({StageKind::top_k, 0}).expected, "1 to 1000000000");
    for (const double bad : {-0.1, 1.1, nan})
        EXPECT_EQ(problem({StageKind::top_p, bad}).where, "top-p") << bad;
    for (const double bad : {-0.1, 1.1, nan})
        EXPECT_EQ(problem({StageKind::min_p, bad}).where, "min-p") << bad;
    for (const double bad : {0.0, -1.0, 11.0, nan})
        EXPECT_EQ(problem({StageKind::repetition_penalty, bad}).where, "repetition-penalty") << bad;
    EXPECT_NO_THROW(validate(default_chain()));
    EXPECT_NO_THROW(validate(greedy_chain()));
    EXPECT_NO_THROW(validate({}));
}

} // namespace
} // namespace gf::tests::sampling_stages_test
