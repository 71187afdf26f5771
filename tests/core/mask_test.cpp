// Which tokens see which others (causality, prefixes, windows), and positions that count only as distances.

#include "support/compare.h"
#include "support/random_model.h"

namespace gf::tests::mask_test {
namespace {

constexpr int k_tokens = 13;
const auto name_of = [](const auto& info) { return info.param.name; };

std::vector<int> with_other_token(const ModelConfig& c, std::vector<int> tokens, int at) {
    int& t = tokens[static_cast<std::size_t>(at)];
    t = (t + 11) % c.d_vocab;
    return tokens;
}

class Masks : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    int n_prefix() const { return GetParam().n_prefix; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens);
    std::shared_ptr<Trace> original = run(weights, tokens, n_prefix());
};
INSTANTIATE_TEST_SUITE_P(All, Masks, ::testing::ValuesIn(presets()), name_of);

TEST_P(Masks, ALaterTokenChangesNothingBefore) {
    if (config().mask == MaskKind::bidirectional) {
        const auto changed = run(weights, with_other_token(config(), tokens, k_tokens - 1));
        EXPECT_FALSE(same_rows(*changed, 0, *original, 0, 1, 1e-4)) << "every token sees every other";
        return;
    }
    for (int t = std::max(1, n_prefix()); t < k_tokens; ++t) {
        const auto changed = run(weights, with_other_token(config(), tokens, t), n_prefix());
        EXPECT_TRUE(same_rows(*changed, 0, *original, 0, t, 0)) << "token " << t;
        EXPECT_FALSE(same_rows(*changed, t, *original, t, 1, 1e-3)) << "token " << t << " changes itself";
    }
}

TEST_P(Masks, ForbiddenCellsAreMinusInfinityAndZero) {
    for (int l = 0; l < config().n_layers; ++l) {
        const MaskKind mask = config().layer(l).mask;
        const int window = config().layer(l).window;
        for (int h = 0; h < config().n_heads; ++h)
            for (int q = 0; q < k_tokens; ++q) {
                double sum = 0;
                for (int k = 0; k < k_tokens; ++k) {
                    const bool sees = mask == MaskKind::bidirectional ||
                                      (k <= q && (mask != MaskKind::sliding_window || q - k < window)) ||
                                      (mask == MaskKind::prefix && k < n_prefix());
                    const real score = original->value({0, Site::attn_scores, l, h, q, k}),
                               p = original->value({0, Site::pattern, l, h, q, k});
                    EXPECT_EQ(std::isinf(score), !sees) << q << " sees " << k;
                    EXPECT_EQ(p > 0, sees) << q << " sees " << k;
                    if (!sees) {
                        EXPECT_EQ(score, -std::numeric_limits<real>::infinity());
                        EXPECT_EQ(p, 0);
                    }
                    sum += p;
                }
                if (config().attn_sink)
                    EXPECT_LT(sum, 1 - 1e-6);
                else
                    EXPECT_NEAR(sum, 1, 1e-6);
            }
    }
}

TEST(PrefixMask, SeesItselfInBothDirections) {
    const Preset p = preset("prefix");
    const auto weights = random_weights(p.config);
    const std::vector<int> tokens = random_tokens(p.config, k_tokens);
    const auto original = run(weights, tokens, p.n_prefix),
               changed = run(weights, with_other_token(p.config, tokens, p.n_prefix - 1), p.n_prefix);
    for (int t = 0; t < k_tokens; ++t)
        EXPECT_GT(difference(output_of(*changed, t), output_of(*original, t)), 1e-3) << "row " << t;
    const auto causal = run(weights, tokens, 0); // no prefix: an ordinary causal model
    EXPECT_EQ(causal->plan(0).key_end, 1);
    EXPECT_EQ(original->plan(0).key_end, p.n_prefix);
    EXPECT_EQ(original->plan(p.n_prefix).key_end, p.n_prefix + 1);
    EXPECT_EQ(run(weights, tokens, 99)->plan(0).key_end, k_tokens)
        << "a prefix longer than the text is all of it";
}

TEST(SlidingWindow, TokensOutsideHaveNoInfluence) {
    ModelConfig c = preset("sliding_window").config;
    c.n_layers = 1; // with more layers, the window of a window reaches further
    const auto weights = random_weights(c);
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    const auto original = run(weights, tokens);
    for (int t = 0; t < k_tokens; ++t) {
        const auto changed = run(weights, with_other_token(c, tokens, t));
        for (int r = 0; r < k_tokens; ++r) {
            const double d = difference(output_of(*changed, r), output_of(*original, r));
            if (r >= t && r < t + c.window)
                EXPECT_GT(d, 1e-4) << t << " is in the window of " << r;
            else
                EXPECT_EQ(d, 0) << t << " is outside the window of " << r;
        }
    }
}

TEST(SlidingWindow, ReachesFurtherThroughLayers) {
    ModelConfig c = preset("sliding_window").config;
    c.n_layers = 2;
    const auto weights = random_weights(c);
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    const auto original = run(weights, tokens), changed = run(weights, with_other_token(c, tokens, 0));
    const int reach = 2 * (c.window - 1);
    EXPECT_GT(difference(output_of(*changed, reach), output_of(*original, reach)), 1e-6);
    EXPECT_EQ(difference(output_of(*changed, reach + 1), output_of(*original, reach + 1)), 0);
}

TEST(SlidingWindow, AsLongAsTheTextIsCausal) {
    ModelConfig c = preset("sliding_window").config, causal = c;
    c.window = k_tokens;
    causal.mask = MaskKind::causal;
    // Both have the same numbers, since the table does not depend on the mask.
    const auto weights = random_weights(c), other = random_weights(causal);
    const std::vector<int> tokens = random_tokens(c, k_tokens);
    EXPECT_TRUE(same_rows(*run(weights, tokens), 0, *run(other, tokens), 0, k_tokens, 0));
}

// In the first layer queries and keys depend on their own token only, so a text repeated at another place
// must have the same scores.
TEST(Distances, AreAllThatRopeAndAlibiSee) {
    constexpr int k_text = 6, k_shift = 5;
    for (const char* name : {"llama", "wide", "interleaved", "alibi", "bidirectional_alibi", "none"}) {
        const ModelConfig c = preset(name).config;
        std::vector<int> tokens = random_tokens(c, k_shift + k_text);
        const std::vector<int> text(tokens.begin() + k_shift, tokens.end());
        const auto weights = random_weights(c);
        const auto shifted = run(weights, tokens), at_start = run(weights, text);
        for (int h = 0; h < c.n_heads; ++h)
            for (int q = 0; q < k_text; ++q)
                for (int k = 0; k < at_start->plan(q).key_end; ++k)
                    EXPECT_LE(
                        difference(shifted->value({0, Site::attn_scores, 0, h, q + k_shift, k + k_shift}),
                                   at_start->value({0, Site::attn_scores, 0, h, q, k})),
                        1e-5)
                        << name << ", query " << q << ", key " << k;
    }
}

TEST(Distances, MatterToRopeAndAlibi) {
    for (const char* name : {"llama", "interleaved", "alibi"}) {
        const ModelConfig c = preset(name).config;
        // The same token stands everywhere, so only the distance differs.
        const auto trace = run(random_weights(c), std::vector<int>(k_tokens, 17));
        for (int h = 0; h < c.n_heads; ++h)
            EXPECT_GT(std::abs(trace->value({0, Site::attn_scores, 0, h, 8, 8}) -
                               trace->value({0, Site::attn_scores, 0, h, 8, 2})),
                      1e-3)
                << name;
    }
}

// The paper's slopes of 8 heads are 1/2, 1/4, ... 1/256; those of 6 heads are those of 4, then every second
// one of 8.
TEST(Alibi, PenaltiesAreThePapers) {
    const auto penalties = [](int n_heads) {
        ModelConfig c = preset("alibi").config;
        c.n_heads = c.n_kv_heads = n_heads;
        const auto weights = random_weights(c);
        for (const ParamRow& r : weights->table)
            if (r.role == Role::q || r.role == Role::q_bias)
                std::fill_n(weights->values(r), r.size(), real(0)); // only the penalty is left
        const auto trace = run(weights, random_tokens(c, 4));
        std::vector<real> found;
        for (int h = 0; h < n_heads; ++h) {
            found.push_back(-trace->value({0, Site::attn_scores, 0, h, 3, 2}));
            EXPECT_FLOAT_EQ(static_cast<float>(trace->value({0, Site::attn_scores, 0, h, 3, 0})),
                            static_cast<float>(-3 * found.back()));
            EXPECT_EQ(trace->value({0, Site::attn_scores, 0, h, 3, 3}), 0);
        }
        return found;
    };
    EXPECT_LE(difference(penalties(8),
                         std::vector{0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625}),
              1e-7);
    EXPECT_LE(difference(penalties(6), std::vector{0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125}), 1e-7);
    EXPECT_LE(difference(penalties(1), std::vector{0.00390625}), 1e-7);
}

} // namespace
} // namespace gf::tests::mask_test
