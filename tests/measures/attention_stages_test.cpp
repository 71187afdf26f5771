// The stages of attention unrolled: what stands between the sites multiplies out to the sites themselves.

#include "measures/attention_stages.h"

#include "support/random_model.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace gf::tests::attention_stages_test {
namespace {

using enum AttentionStage;
using ::testing::ElementsAre;

constexpr int k_tokens = 13;

struct UnrolledCase {
    std::string name;
    Attention attention = Attention::self;
};
void PrintTo(const UnrolledCase& c, std::ostream* out) {
    *out << c.name << (c.attention == Attention::cross ? " cross" : "");
}

/// Every preset, and its attention to the source if it has one.
std::vector<UnrolledCase> cases() {
    std::vector<UnrolledCase> all;
    for (const Preset& p : presets()) {
        all.push_back({p.name});
        if (p.config.has_encoder()) all.push_back({p.name, Attention::cross});
    }
    return all;
}

class Unrolled : public ::testing::TestWithParam<UnrolledCase> {
  protected:
    std::shared_ptr<Trace> trace = [this] {
        const Preset p = preset(GetParam().name);
        return run(random_weights(p.config), random_tokens(p.config, k_tokens), p.n_prefix);
    }();
    RunView view{.trace = trace, .rows = k_tokens};
    Attention attention = GetParam().attention;
    bool is_cross = attention == Attention::cross;

    std::vector<real> scratch;
    /// One stage of all queries and keys.
    std::vector<real> all(const UnrolledAttention& u, AttentionStage stage) {
        std::vector<real> out;
        u.values(stage, {0, k_tokens, 0, u.n_keys(0)}, out, scratch);
        return out;
    }
};
INSTANTIATE_TEST_SUITE_P(EveryPreset, Unrolled, ::testing::ValuesIn(cases()));

/// From the stage before the mask on: hide what the mask hides, take the softmax in double precision, and
/// there are the weights of the run.
TEST_P(Unrolled, TheStagesMultiplyOutToThePattern) {
    const Site pattern = is_cross ? Site::cross_pattern : Site::pattern;
    for (int layer = 0; layer < view.config().n_layers; ++layer)
        for (int head = 0; head < view.config().n_heads; ++head) {
            UnrolledAttention u(view, attention, layer, head);
            ASSERT_EQ(u.missing(), "");
            const auto stages = u.stages();
            const bool sinks = view.config().attn_sink && !is_cross;
            const std::vector<real> before = all(u, stages[stages.size() - (sinks ? 4 : 3)]),
                                    weights_ = all(u, weights),
                                    alone_ = sinks ? all(u, alone) : std::vector<real>();
            const auto n = static_cast<std::size_t>(u.n_keys(0));
            for (int q = 0; q < k_tokens; ++q) {
                const real* sink = trace->stack().blocks[static_cast<std::size_t>(layer)].sink;
                const double of_sink = sinks ? std::exp(static_cast<double>(sink[head])) : 0;
                double sum = of_sink;
                const auto at = [&](std::size_t k) { return static_cast<std::size_t>(q) * n + k; };
                const auto sees = [&](std::size_t k) {
                    return trace->visible(pattern, layer, head, q, static_cast<int>(k));
                };
                for (std::size_t k = 0; k < n; ++k)
                    if (sees(k)) sum += std::exp(static_cast<double>(before[at(k)]));
                for (std::size_t k = 0; k < n; ++k) {
                    if (!sees(k)) {
                        EXPECT_EQ(weights_[at(k)], k_not_visible);
                        EXPECT_TRUE(std::isfinite(before[at(k)])) << "before the mask nothing is hidden";
                        continue;
                    }
                    const double weight = std::exp(static_cast<double>(before[at(k)])) / sum;
                    const int column = static_cast<int>(k);
                    EXPECT_NEAR(weight, trace->value({0, pattern, layer, head, q, column}), 2e-5);
                    EXPECT_EQ(weights_[at(k)], trace->value({0, pattern, layer, head, q, column}));
                    if (sinks) {
                        EXPECT_NEAR(alone_[at(k)], weight * sum / (sum - of_sink), 2e-5);
                    }
                }
            }
        }
}

TEST_P(Unrolled, ElementProductsSumToTheScore) {
    const int layer = view.config().n_layers - 1, head = view.config().n_heads - 1;
    const Site scores_site = is_cross ? Site::cross_attn_scores : Site::attn_scores;
    UnrolledAttention u(view, attention, layer, head);
    for (const AttentionStage stage : u.stages()) {
        const std::vector<real> values = all(u, stage);
        for (int q = 0; q < k_tokens; ++q)
            for (int k = 0; k < u.n_keys(q); ++k) {
                if (are_weights(stage) ||
                    (stage == scores && !trace->visible(scores_site, layer, head, q, k)))
                    continue;
                const auto pair = u.vectors(stage, q, k);
                ASSERT_EQ(pair.query.size(), static_cast<std::size_t>(view.config().d_head));
                double sum = 0;
                for (std::size_t i = 0; i < pair.query.size(); ++i)
                    sum += static_cast<double>(pair.query[i]) * static_cast<double>(pair.key[i]);
                if (stage != product && stage != turned)
                    sum *= view.config().attn_scale > 0 ? view.config().attn_scale
                                                        : 1 / std::sqrt(view.config().d_head);
                const bool alibi = !is_cross && view.config().positions == Positions::alibi;
                if (alibi && (stage == penalised || stage == scores))
                    sum -= static_cast<double>(trace->positions().slope(head)) * std::abs(q - k);
                const bool bends = stage == capped || stage == scores;
                const bool buckets = !is_cross && view.config().positions == Positions::buckets;
                if (buckets && (stage == biased || bends))
                    sum += static_cast<double>(
                        trace->stack()
                            .position_bias[trace->positions().bucket(q, k) * view.config().n_heads + head]);
                if (const double cap = view.config().score_cap; cap > 0 && bends)
                    sum = cap * std::tanh(sum / cap);
                EXPECT_NEAR(values[static_cast<std::size_t>(q * u.n_keys(q) + k)], sum, 2e-5);
            }
    }
}

TEST_P(Unrolled, ABlockIsAPartOfAll) {
    UnrolledAttention u(view, attention, 0, 1);
    const auto n = static_cast<std::size_t>(u.n_keys(0));
    for (const AttentionStage stage : u.stages()) {
        const std::vector<real> whole = all(u, stage);
        std::vector<real> part;
        u.values(stage, {4, 9, 2, static_cast<int>(n) + 3}, part, scratch);
        ASSERT_EQ(part.size(), 5 * (n + 1));
        for (std::size_t q = 4; q < 9; ++q)
            for (std::size_t k = 2; k < n + 3; ++k)
                EXPECT_EQ(part[(q - 4) * (n + 1) + k - 2], k < n ? whole[q * n + k] : k_not_visible);
    }
}

TEST(AttentionStages, PositionStandsWhereTheSchemePutsIt) {
    const auto of = [](const char* name, Attention attention = Attention::self) {
        return attention_stages(preset(name).config, 0, attention);
    };
    EXPECT_THAT(of("llama"), ElementsAre(product, turned, scaled, scores, weights));
    EXPECT_THAT(of("alibi"), ElementsAre(product, scaled, penalised, scores, weights));
    EXPECT_THAT(of("both_norms"), ElementsAre(product, turned, scaled, capped, scores, weights));
    EXPECT_THAT(of("buckets"), ElementsAre(product, scaled, biased, scores, alone, weights))
        << "a sink takes its part of the weights";
    EXPECT_THAT(of("normed_queries"), ElementsAre(product, scaled, scores, alone, weights));
    EXPECT_THAT(of("t5_capped"), ElementsAre(product, scaled, biased, capped, scores, weights));
    EXPECT_THAT(attention_stages(preset("some_without_rope").config, 1, Attention::self),
                ElementsAre(product, scaled, scores, weights))
        << "a layer without positions";
    for (const char* name : {"gpt2", "sinusoidal", "none"})
        EXPECT_THAT(of(name), ElementsAre(product, scaled, scores, weights)) << name;
    EXPECT_THAT(of("encoder_decoder", Attention::cross), ElementsAre(product, scaled, scores, weights))
        << "the keys of a source are not turned";
}

/// What a person edits goes on from where it was edited: a turned query in all later stages, a score in the
/// last two.
TEST(AttentionStages, GoOnFromAnEdit) {
    const ModelConfig config = preset("llama").config;
    const auto tokens = random_tokens(config, k_tokens);
    Edit edit;
    edit.range.site = Site::rot_q, edit.range.layer = 1;
    edit.range.row_begin = 5, edit.range.row_end = 6;
    edit.kind = Edit::Kind::scale;
    edit.values = {2};
    const auto plain = run(random_weights(config), tokens),
               edited = run(random_weights(config), tokens, 0, {edit});
    UnrolledAttention before({.trace = plain, .rows = k_tokens}, Attention::self, 1, 0),
        after({.trace = edited, .rows = k_tokens}, Attention::self, 1, 0);
    std::vector<real> a, b, scratch;
    for (const AttentionStage stage : before.stages()) {
        if (stage == weights) continue;
        before.values(stage, {5, 6, 0, 5}, a, scratch);
        after.values(stage, {5, 6, 0, 5}, b, scratch);
        for (std::size_t i = 0; i < a.size(); ++i)
            EXPECT_NEAR(b[i], stage == product ? a[i] : 2 * a[i], 1e-5 * (1 + std::abs(a[i])));
    }
}

TEST(AttentionStages, WhatIsNotKeptSaysSo) {
    const ModelConfig config = preset("llama").config;
    TraceShape shape;
    shape.capacity = k_tokens;
    shape.keep = Keep::residual;
    auto trace = std::make_shared<Trace>(random_weights(config), shape);
    extend(*trace, random_tokens(config, k_tokens));
    EXPECT_NE(UnrolledAttention({.trace = trace, .rows = k_tokens}, Attention::self, 0, 0).missing(), "");
}

} // namespace
} // namespace gf::tests::attention_stages_test
