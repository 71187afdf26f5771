// Scalings of RoPE in whole runs: each site against its definition and its formula, and what figures say. The
// tables themselves are compared with the scalings' authors' steps in tests/io/rope_scaling_test.cpp.

#include "as_defined.h"
#include "core/formula/formula.h"
#include "core/formula/spelling.h"
#include "platform/error.h"

#include <gmock/gmock.h>

namespace gf::tests::rope_scaling_test {
namespace {

using ::testing::HasSubstr;
using enum RopeScalingKind;

constexpr int k_tokens = 13;

/// One scaling of each kind, each of which changes heads of eight dimensions in runs of 13 tokens.
std::vector<RopeScaling> scalings() {
    RopeScaling llama3_scaling{.kind = llama3, .factor = 8, .original_n_ctx = 24};
    RopeScaling yarn_scaling{.kind = yarn, .factor = 4, .original_n_ctx = 24};
    yarn_scaling.beta_fast = 2, yarn_scaling.truncate = false;
    RopeScaling longrope_scaling{.kind = longrope, .factor = 3, .original_n_ctx = 10};
    longrope_scaling.short_factor = {1, 1.5, 2, 3}, longrope_scaling.long_factor = {1.25, 4, 7, 9};
    return {{.kind = linear, .factor = 2.5},
            {.kind = dynamic, .factor = 2},
            llama3_scaling,
            yarn_scaling,
            longrope_scaling};
}

/// The preset `llama` with a context of eight tokens and this scaling.
ModelConfig scaled_model(const RopeScaling& scaling, double theta = 50) {
    ModelConfig c = preset("llama").config;
    c.n_ctx = 8, c.rope_theta = theta, c.rope_scaling = scaling;
    return c;
}

TEST(RopeScaling, EverySiteIsAsDefined) {
    const std::vector<int> tokens = random_tokens(preset("llama").config, k_tokens);
    for (const RopeScaling& scaling : scalings()) {
        const auto weights = random_weights(scaled_model(scaling));
        const auto trace = run_under(weights, {}, tokens);
        expect_as_defined(*trace, {});
        // A setup takes the model's scaling away, or brings another one.
        for (RunSetup setup :
             {RunSetup{.rope = {.scaling = {.kind = linear, .factor = 1}}},
              RunSetup{.order = {5, 1, 9, 11, 2, 3}, .rope = {.theta = 20, .scaling = scalings()[3]}}}) {
            const auto other = run_under(weights, setup, tokens);
            expect_as_defined(*other, setup);
            EXPECT_FALSE(same_outputs(*other, *trace, 1e-3)) << name(scaling.kind);
        }
        const auto plain =
            run_under(random_weights(scaled_model({})), {.rope = {.scaling = scaling}}, tokens);
        EXPECT_TRUE(same_outputs(*plain, *trace, 0)) << "the same by a setup: " << name(scaling.kind);
    }
}

TEST(RopeScaling, FormulasGiveTheValues) {
    const std::vector<int> tokens = random_tokens(preset("llama").config, k_tokens);
    for (const RopeScaling& scaling : scalings()) {
        const auto trace = run_under(random_weights(scaled_model(scaling)), {}, tokens);
        for (const Site site : {Site::rot_q, Site::rot_k})
            for (int column = 0; column < 8; ++column) {
                const CellRef cell{{}, site, 1, 1, 11, column};
                EXPECT_NEAR(evaluate(*trace, cell), trace->value(cell), 1e-5) << name(scaling.kind);
            }
        const std::string text = spell(*trace, k_tokens, {{}, Site::rot_q, 1, 1, 11, 2}).text();
        EXPECT_EQ(text.find('(') < text.find("cos"), scaling.has_attention_factor()) << text;
    }
}

TEST(RopeScaling, DynamicChangesTheBaseBeyondTheContext) {
    const RopeScaling twice{.kind = dynamic, .factor = 2};
    const auto scaled = random_weights(scaled_model(twice, 10000)),
               plain = random_weights(scaled_model({}, 10000));
    const std::vector<int> tokens = random_tokens(scaled->config, k_tokens);
    // In figures: 10000 * (2 * 13 / 8 - 1) ^ (8 / 6).
    EXPECT_NEAR(run_under(scaled, {}, tokens)->positions().rope(0).theta, 10000 * std::pow(2.25, 8.0 / 6),
                1e-6);
    const std::vector<int> fits(tokens.begin(), tokens.begin() + 8);
    EXPECT_TRUE(same_rows(*run_under(scaled, {}, fits), 0, *run_under(plain, {}, fits), 0, 8, 0));
}

TEST(RopeScaling, LinearStretchesPositions) {
    const auto weights = random_weights(preset("llama").config);
    const std::vector<int> tokens = random_tokens(weights->config, k_tokens);
    std::vector<int> every_third(k_tokens);
    for (int t = 0; t < k_tokens; ++t) every_third[static_cast<std::size_t>(t)] = 3 * t;
    const RunSetup setup{.order = every_third, .rope = {.scaling = RopeScaling{.kind = linear, .factor = 3}}};
    EXPECT_TRUE(
        same_rows(*run_under(weights, setup, tokens), 0, *run_under(weights, {}, tokens), 0, k_tokens, 1e-6));
}

TEST(RopeScaling, Llama3KeepsFastPairsAndSlowsSlowOnes) {
    const RopeScaling s{.kind = llama3, .factor = 8, .original_n_ctx = 8192};
    const ScaledRope rope = scaled_rope(s, {500000, 128, 131072}, 1); // Llama 3.1 8B
    EXPECT_EQ(rope.stretch.front(), 1);
    EXPECT_EQ(rope.stretch.back(), 8);
    EXPECT_TRUE(std::is_sorted(rope.stretch.begin(), rope.stretch.end()));
    EXPECT_EQ(rope.attention_factor, 1);
}

TEST(RopeScaling, LongropeTakesTheLongFactorsBeyondTheOriginalContext) {
    const RopeScaling s = scalings().back();
    EXPECT_EQ(scaled_rope(s, {50, 8, 8}, 10).stretch, s.short_factor);
    EXPECT_EQ(scaled_rope(s, {50, 8, 8}, 11).stretch, s.long_factor);
    RopeScaling same = s;
    same.short_factor = same.long_factor;
    EXPECT_TRUE(s.depends_on_length());
    EXPECT_FALSE(same.depends_on_length());
}

} // namespace
} // namespace gf::tests::rope_scaling_test
