// The language of watches and breakpoints: what it reads, how it reckons, and how it refuses.

#include "core/watch/expression.h"

#include "core/passes/forward.h"
#include "platform/error.h"
#include "support/mutate.h"
#include "support/random_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace gf::tests::expression_test {
namespace {

using ::testing::HasSubstr;

class ExpressionTest : public ::testing::Test {
  protected:
    static constexpr int k_rows = 9;
    const ModelConfig config = preset("llama").config;
    std::shared_ptr<const Trace> trace = run(random_weights(config), {3, 1, 4, 1, 5, 9, 2, 6, 5});
    const RunView view{.trace = trace, .rows = k_rows};

    double value(std::string_view text, int t) const { return Expression(text, config).at(view, t); }
    bool holds(std::string_view text, int t = 4) const { return Expression(text, config).holds(view, t); }
    std::string refusal(const std::string& text) const {
        try {
            Expression(text, config);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    }
};

TEST_F(ExpressionTest, CellsAreThoseOfTheRun) {
    for (int t = 0; t < k_rows; ++t) {
        SCOPED_TRACE(t);
        const auto n_keys = static_cast<std::size_t>(trace->n_keys(Site::pattern));
        const real* pattern = trace->row(Site::pattern, 1, t);
        EXPECT_EQ(value("blocks.1.attn.hook_pattern[3, t, 0]", t), static_cast<double>(pattern[3 * n_keys]));
        const real* z = trace->row(Site::z, 0, t);
        EXPECT_EQ(value("blocks.0.attn.hook_z[t, 2, 1]", t), static_cast<double>(z[2 * config.d_head + 1]));
        EXPECT_EQ(value("blocks.1.hook_resid_post[t, 5]", t),
                  static_cast<double>(trace->row(Site::resid_post, 1, t)[5]));
        if (t > 0) {
            EXPECT_EQ(value("blocks.1.hook_resid_post[t - 1, 2 + 3]", t),
                      static_cast<double>(trace->row(Site::resid_post, 1, t - 1)[5]));
        }
        EXPECT_EQ(value("t", t), t);
        EXPECT_EQ(value("token", t), trace->tokens()[t]);
    }
}

TEST_F(ExpressionTest, WordsAreOfTheDistributionThatTheTokenCameFrom) {
    for (int t = 1; t < k_rows; ++t) {
        SCOPED_TRACE(t);
        const real* logits = trace->row(Site::logits, -1, t - 1);
        double sum = 0, entropy = 0;
        int likeliest = 0;
        for (int i = 0; i < config.d_vocab; ++i) {
            sum += std::exp(static_cast<double>(logits[i]));
            if (logits[i] > logits[likeliest]) likeliest = i;
        }
        for (int i = 0; i < config.d_vocab; ++i) {
            const double p = std::exp(static_cast<double>(logits[i])) / sum;
            entropy -= p * std::log2(p);
        }
        const double p = std::exp(static_cast<double>(logits[trace->tokens()[t]])) / sum;
        EXPECT_NEAR(value("probability", t), p, 1e-6);
        EXPECT_NEAR(value("surprisal", t), -std::log2(p), 1e-5);
        EXPECT_NEAR(value("entropy", t), entropy, 1e-5);
        EXPECT_EQ(value("likeliest", t), likeliest);
        EXPECT_EQ(holds("drawn != likeliest", t), trace->tokens()[t] != likeliest);
    }
}

TEST_F(ExpressionTest, ReckonsAsUsual) {
    EXPECT_EQ(value("2 + 3 * 4 ^ 2 / 2 - 1", 0), 25);
    EXPECT_EQ(value("-2 ^ 2", 0), -4);
    EXPECT_EQ(value("2 ^ 3 ^ 2", 0), 512);
    EXPECT_EQ(value("abs(-3) + sqrt(16) + log2(8) + min(1, 2) + max(1, 2)", 0), 13);
    EXPECT_DOUBLE_EQ(value("exp(1)", 0), std::numbers::e);
    EXPECT_EQ(value("1.5e1", 0), 15);
    EXPECT_TRUE(holds("1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2 and 1 = 1 and 1 == 1 and 1 != 2"));
    EXPECT_TRUE(holds("2 ≥ 2 and 2 ≤ 2 and 1 ≠ 2"));
    EXPECT_TRUE(holds("1 > 2 or 2 > 1 and not 3 < 2")) << "'and' binds more tightly";
    EXPECT_FALSE(holds("(1 > 2 or 2 > 1) and not (3 > 2)"));
    EXPECT_TRUE(Expression("not t > 3", config).is_condition());
    EXPECT_FALSE(Expression("t - 3", config).is_condition());
}

TEST_F(ExpressionTest, WhatIsNotThereIsNoNumberAndHoldsNothing) {
    EXPECT_TRUE(std::isnan(value("surprisal", 0))) << "nothing predicts the first token";
    EXPECT_TRUE(std::isnan(value("blocks.0.attn.hook_pattern[0, t, t + 1]", 3)))
        << "a key that it may not see";
    EXPECT_TRUE(std::isnan(value("blocks.0.hook_resid_pre[t - 1, 0]", 0)));
    EXPECT_TRUE(std::isnan(value("blocks.0.hook_resid_pre[0.5, 0]", 3)));
    EXPECT_TRUE(std::isnan(value("surprisal", k_rows)));
    EXPECT_FALSE(holds("surprisal >= 0", 0));
    EXPECT_FALSE(holds("not surprisal >= 0", 0));
    EXPECT_TRUE(holds("surprisal >= 0 or t = 0", 0));

    const Expression pattern("blocks.0.attn.hook_pattern[0, t, 0] > 0.5", config);
    EXPECT_EQ(pattern.missing(view), "");
    auto reduced = std::make_shared<Trace>(trace->shared_weights(), TraceShape{k_rows, Keep::residual});
    extend(*reduced, {trace->tokens(), static_cast<std::size_t>(k_rows)});
    const RunView residual{.trace = reduced, .rows = k_rows};
    EXPECT_FALSE(pattern.holds(residual, 3));
    EXPECT_THAT(pattern.missing(residual), HasSubstr("blocks.0.attn.hook_pattern: "));
    EXPECT_EQ(Expression("surprisal > 1", config).missing(residual), "");
}

TEST_F(ExpressionTest, ValuesAreWrittenBesideTheirNames) {
    EXPECT_EQ(Expression("t + t > 1 and token = 5", config).values(view, 4), "t = 4, token = 5");
    EXPECT_EQ(Expression("surprisal > 1", config).values(view, 0), "surprisal = none");
    EXPECT_THAT(Expression("blocks.1.attn.hook_pattern[3, t, 0] > 0", config).values(view, 0),
                HasSubstr("blocks.1.attn.hook_pattern[3, t, 0] = 1"));
}

TEST_F(ExpressionTest, RefusalsNameThePlaceAndWhatWasExpected) {
    const char* cases[][3] = {
        {"", "character 1", "a condition"},
        {"surprisal >", "character 12", "a number, a word or a site"},
        {"surprisal > 6 and", "character 18", "a number, a word or a site"},
        {"surprisal and t > 1", "character 1", "a condition, such as a comparison"},
        {"t > 1 and surprisal", "character 11", "a condition, such as a comparison"},
        {"(t > 1) + 2", "character 1", "a number, not a condition"},
        {"1 < t < 3", "character 7", "the end"},
        {"suprisal > 6", "character 1", "surprisal"},
        {"blocks.9.attn.hook_pattern[0, t, 0] > 0", "character 1", "blocks.1.attn.hook_pattern"},
        {"blocks.0.attn.hook_pattern > 0", "character 28", "[head, query, key]"},
        {"blocks.0.attn.hook_q[t, 0] > 0", "[t, head, column]", "character 28"},
        {"blocks.0.attn.hook_pattern[99, t, 0] > 0", "a head", "from 0 to"},
        {"blocks.0.hook_resid_pre[t, 99999] > 0", "a column", "hook_resid_pre"},
        {"blocks.0.hook_resid_pre[t, 1 > 0", "character 30", "']'"},
        {"max(1) > 0", "two arguments", "character"},
        {"1e999 > 0", "a number that can be held", "character 1"},
        {"t > 1 $", "character 7", "'$'"}};
    for (const auto& [text, first, second] : cases) {
        const std::string words = refusal(text);
        EXPECT_THAT(words, HasSubstr(first)) << text;
        EXPECT_THAT(words, HasSubstr(second)) << text;
    }
    EXPECT_THAT(refusal(std::string(10'000, '(')), HasSubstr("fewer parentheses"));
    EXPECT_THAT(refusal(std::string(10'000, '-') + "1"), HasSubstr("fewer parentheses"));
    EXPECT_THROW(Expression::condition("t + 1", config), Error);
    EXPECT_NO_THROW(Expression::condition("t > 1", config));
}

TEST_F(ExpressionTest, NoMutantCrashes) {
    const std::string seed =
        "not (blocks.1.attn.hook_pattern[3, t - 1, 0] > 0.8) or surprisal*2 >= max(t, 6)^2";
    Random random(7);
    int understood = 0;
    for (int i = 0; i < 4000; ++i) {
        const std::string text = mutate(seed, random);
        try {
            const Expression e(text, config);
            for (const int t : {0, 4}) e.at(view, t);
            e.values(view, 4);
            ++understood;
        } catch (const Error&) {
        }
    }
    EXPECT_GT(understood, 20);
    EXPECT_LT(understood, 3900);
}

} // namespace
} // namespace gf::tests::expression_test
