// The lens against the run's own output, against runs in which all that follows is switched off, and against
// plain double precision.

#include "measures/logit_lens.h"

#include "support/compare.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace gf::tests::logit_lens_test {
namespace {

constexpr int k_tokens = 9;
using Behind = StreamPoint::Behind;

std::vector<double> log_softmax(std::span<const real> logits) {
    double largest = -1e30, sum = 0;
    for (const real x : logits) largest = std::max(largest, static_cast<double>(x));
    for (const real x : logits) sum += std::exp(static_cast<double>(x) - largest);
    std::vector<double> result;
    for (const real x : logits) result.push_back(static_cast<double>(x) - largest - std::log(sum));
    return result;
}

std::shared_ptr<Trace> run_of(const Preset& p, std::vector<Edit> edits = {}) {
    return run(random_weights(p.config), random_tokens(p.config, k_tokens), p.n_prefix, std::move(edits));
}

class LensOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(EveryModelWithLogits, LensOf,
                         ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.has_logits();
                         })));

TEST_P(LensOf, ItsLastPointIsTheOutput) {
    const auto trace = run_of(GetParam());
    LogitLens lens;
    ASSERT_TRUE(lens.advance({.trace = trace, .rows = k_tokens}));
    LensRow all;
    const int last = lens.n_points() - 1;
    for (int row = 0; row < k_tokens; ++row) {
        const auto logits = logits_of(*trace, row);
        const std::vector<double> log_p = log_softmax(logits);
        const int best = static_cast<int>(std::ranges::max_element(logits) - logits.begin());
        const LensGuess& g = lens.guess(last, row);
        EXPECT_EQ(g.token, best);
        EXPECT_EQ(lens.output_token(row), best);
        EXPECT_NEAR(g.probability, std::exp(log_p[static_cast<std::size_t>(best)]), 1e-5);
        EXPECT_EQ(g.rank, 1);
        EXPECT_NEAR(g.to_go, 0, 1e-5);
        EXPECT_LE(lens.settled_at(row), last);
        all.look_at({.trace = trace, .rows = k_tokens}, row);
        ASSERT_TRUE(all.advance());
        const Weights& w = trace->weights();
        for (int t = 0; t < trace->config().d_vocab; ++t) {
            ASSERT_NEAR(all.logit(last, t), logits[static_cast<std::size_t>(t)], 1e-5);
            double product = w.unembed_bias ? static_cast<double>(w.unembed_bias[t]) : 0;
            for (int i = 0; i < trace->config().d_model; ++i)
                product += static_cast<double>(all.vector(last)[static_cast<std::size_t>(i)]) *
                           static_cast<double>(w.unembed.data[i * w.unembed.stride + t]);
            product *= trace->config().logit_scale;
            const double cap = trace->config().logit_cap;
            ASSERT_NEAR(cap > 0 ? cap * std::tanh(product / cap) : product,
                        logits[static_cast<std::size_t>(t)], 1e-4);
        }
    }
}

/// What the lens reads is what the model says if all sub-layers behind the point write nothing.
TEST_P(LensOf, EachPointIsTheRunWithoutWhatFollows) {
    const ModelConfig& c = GetParam().config;
    if (c.norms_stream()) GTEST_SKIP() << "a norm behind each sub-layer would still act";
    const auto trace = run_of(GetParam());
    LogitLens lens;
    lens.advance({.trace = trace, .rows = k_tokens});
    for (int i = 0; i < lens.n_points(); ++i) {
        const StreamPoint point = lens.points()[static_cast<std::size_t>(i)];
        std::vector<Edit> off;
        const auto switch_off = [&](Site site, int layer) {
            Edit edit;
            edit.range = {.site = site, .layer = layer};
            edit.values = {0};
            if (trace->has(site)) off.push_back(edit);
        };
        for (int l = std::max(point.layer, 0); l < c.n_layers; ++l) {
            const bool later = l > point.layer;
            if (later) switch_off(Site::attn_out, l);
            if (later || point.behind == Behind::attention) switch_off(Site::cross_attn_out, l);
            if (later || point.behind == Behind::attention || point.behind == Behind::source)
                switch_off(Site::mlp_out, l);
        }
        const auto without = run_of(GetParam(), off);
        for (int row = 0; row < k_tokens; ++row) {
            const std::vector<double> log_p = log_softmax(logits_of(*without, row)),
                                      output = log_softmax(logits_of(*trace, row));
            const LensGuess& g = lens.guess(i, row);
            const auto best = std::ranges::max_element(log_p);
            EXPECT_EQ(g.token, static_cast<int>(best - log_p.begin())) << words_of(point);
            EXPECT_NEAR(g.probability, std::exp(*best), 1e-4) << words_of(point);
            int rank = 1;
            double to_go = 0;
            for (std::size_t t = 0; t < log_p.size(); ++t) {
                rank += log_p[t] > log_p[static_cast<std::size_t>(lens.output_token(row))];
                to_go += std::exp(output[t]) * (output[t] - log_p[t]);
            }
            EXPECT_EQ(g.rank, rank) << words_of(point);
            EXPECT_NEAR(g.to_go, to_go, 1e-3) << words_of(point);
        }
    }
}

/// Behind the first norm of a block that normalises its stream, in double precision.
TEST(LogitLens, ReadsTheNormalisedStreamOfPostNormModels) {
    const auto trace = run_of(preset("post_norm"));
    const ModelConfig& c = trace->config();
    const Weights& w = trace->weights();
    LensRow lens;
    lens.look_at({.trace = trace, .rows = k_tokens}, 4);
    lens.advance();
    ASSERT_EQ(lens.points().size(), static_cast<std::size_t>(1 + 2 * c.n_layers));
    const real* x = trace->row(Site::resid_mid, 0, 4);
    const double mean = std::accumulate(x, x + c.d_model, 0.0) / c.d_model;
    double variance = 0;
    for (int i = 0; i < c.d_model; ++i) variance += std::pow(static_cast<double>(x[i]) - mean, 2) / c.d_model;
    for (int t = 0; t < c.d_vocab; ++t) {
        double logit = 0;
        for (int i = 0; i < c.d_model; ++i)
            logit += ((static_cast<double>(x[i]) - mean) / std::sqrt(variance + c.norm_eps) *
                          static_cast<double>(w.blocks[0].ln1_gain[i]) +
                      static_cast<double>(w.blocks[0].ln1_bias[i])) *
                     static_cast<double>(w.unembed.data[i * w.unembed.stride + t]);
        EXPECT_NEAR(lens.logit(1, t), logit, 1e-4);
    }
}

TEST(LogitLens, ReadsTheWantedRowsFirst) {
    const auto trace = run_of(preset("llama"));
    LogitLens lens;
    lens.begin_at(6);
    while (lens.rows_read() < 1) lens.advance({.trace = trace, .rows = k_tokens}, 1);
    EXPECT_TRUE(lens.is_read(6));
    EXPECT_FALSE(lens.is_read(0));
    while (!lens.advance({.trace = trace, .rows = k_tokens}, 1)) {
    }
    double sum = 0;
    for (int row = 0; row < k_tokens; ++row) sum += static_cast<double>(lens.guess(2, row).to_go);
    EXPECT_NEAR(lens.mean_to_go(2), sum / k_tokens, 1e-9);
}

TEST(LogitLens, HasNoPointsWithoutLogitsAndFewerInLongRuns) {
    const auto classes = run_of(preset("classes"));
    LogitLens lens;
    EXPECT_TRUE(lens.advance({.trace = classes, .rows = k_tokens}));
    EXPECT_EQ(lens.n_points(), 0);
    const auto lean = std::make_shared<Trace>(random_weights(preset("llama").config),
                                              TraceShape{.capacity = k_tokens, .keep = Keep::residual});
    extend(*lean, random_tokens(lean->config(), k_tokens));
    lens.advance({.trace = lean, .rows = k_tokens});
    EXPECT_GE(lens.n_points(), 1 + lean->config().n_layers);
    EXPECT_EQ(lens.guess(lens.n_points() - 1, 3).rank, 1);
}

} // namespace
} // namespace gf::tests::logit_lens_test
