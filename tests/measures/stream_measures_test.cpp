// What is written to the stream, and the likeliest next token, against their definitions in double precision.

#include "measures/stream_measures.h"

#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::stream_measures_test {
namespace {

constexpr int k_rows = 11;

double length(const real* x, int n) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return std::sqrt(sum);
}

std::shared_ptr<const Trace> run_of(const ModelConfig& config, Keep keep = Keep::all) {
    TraceShape shape;
    shape.capacity = 16;
    shape.keep = keep;
    auto trace = std::make_shared<Trace>(random_weights(config), shape);
    extend(*trace, random_tokens(config, k_rows));
    return trace;
}

class MeasuresOf : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Some, MeasuresOf, ::testing::Values("llama", "gpt2", "mixtral"));

TEST_P(MeasuresOf, AreTheirDefinitions) {
    const ModelConfig c = preset(GetParam()).config;
    const auto trace = run_of(c);
    StreamMeasures measures;
    EXPECT_TRUE(measures.advance({.trace = trace, .rows = k_rows}));
    ASSERT_EQ(measures.rows(), k_rows);
    for (int r = 0; r < k_rows; ++r) {
        for (int l = 0; l < c.n_layers; ++l) {
            const auto share = [&](Site written, Site stream) {
                return length(trace->row(written, l, r), c.d_model) /
                       length(trace->row(stream, l, r), c.d_model);
            };
            EXPECT_NEAR(measures.share(l, r).attention, std::min(1.0, share(Site::attn_out, Site::resid_mid)),
                        1e-5);
            EXPECT_NEAR(measures.share(l, r).mlp, std::min(1.0, share(Site::mlp_out, Site::resid_post)),
                        1e-5);
        }
        const real* logits = trace->row(Site::logits, -1, r);
        double sum = 0;
        int best = 0;
        for (int i = 0; i < c.d_vocab; ++i) {
            sum += std::exp(static_cast<double>(logits[i]));
            if (logits[i] > logits[best]) best = i;
        }
        EXPECT_EQ(measures.prediction(r).token, best);
        EXPECT_NEAR(measures.prediction(r).probability, std::exp(static_cast<double>(logits[best])) / sum,
                    1e-5);
    }
}

TEST(StreamMeasures, ASmallBudgetTakesSeveralCallsAndGivesTheSame) {
    const auto trace = run_of(preset("llama").config);
    StreamMeasures whole, pieces;
    whole.advance({.trace = trace, .rows = k_rows});
    int calls = 1;
    while (!pieces.advance({.trace = trace, .rows = k_rows}, 1)) ++calls;
    EXPECT_EQ(calls, k_rows) << "one row at least, and no more";
    for (int r = 0; r < k_rows; ++r)
        EXPECT_EQ(pieces.prediction(r).probability, whole.prediction(r).probability);
    EXPECT_TRUE(pieces.advance({.trace = run_of(preset("gpt2").config), .rows = 3}))
        << "another trace begins anew";
    EXPECT_EQ(pieces.rows(), 3);
}

/// What a sub-layer adds is what the stream changes by.
TEST(StreamMeasures, TheResidualStreamAloneTellsAsMuch) {
    StreamMeasures measures, of_all;
    measures.advance({.trace = run_of(preset("llama").config, Keep::residual), .rows = k_rows});
    of_all.advance({.trace = run_of(preset("llama").config), .rows = k_rows});
    for (int layer = 0; layer < 2; ++layer) {
        EXPECT_NEAR(measures.share(layer, 3).attention, of_all.share(layer, 3).attention, 1e-5);
        EXPECT_NEAR(measures.share(layer, 3).mlp, of_all.share(layer, 3).mlp, 1e-5);
    }
}

TEST(StreamMeasures, WhatIsNotKeptIsNotInvented) {
    ModelConfig c = preset("llama").config;
    c.norm_place = NormPlace::post; // the MLP adds to what was normalised, which is not kept
    StreamMeasures measures;
    measures.advance({.trace = run_of(c, Keep::residual), .rows = k_rows});
    EXPECT_GT(measures.share(0, 3).attention, 0);
    EXPECT_EQ(measures.share(0, 3).mlp, 0);
    EXPECT_GT(measures.prediction(3).probability, 0);
}

TEST(StreamMeasures, WithoutMlpAttentionWritesToTheEnd) {
    ModelConfig c = preset("llama").config;
    c.mlp = MlpKind::none;
    const auto trace = run_of(c);
    StreamMeasures measures;
    measures.advance({.trace = trace, .rows = k_rows});
    EXPECT_NEAR(measures.share(1, 4).attention,
                std::min(1.0, length(trace->row(Site::attn_out, 1, 4), c.d_model) /
                                  length(trace->row(Site::resid_post, 1, 4), c.d_model)),
                1e-5);
    EXPECT_EQ(measures.share(1, 4).mlp, 0);
}

} // namespace
} // namespace gf::tests::stream_measures_test
