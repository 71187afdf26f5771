// What is derived from whole patterns: rollout, first-token attention and the lengths of values, each against
// its definition in double precision.

#include "measures/attention_rollout.h"
#include "measures/first_token.h"
#include "measures/head_roles.h"
#include "measures/value_lengths.h"

#include "support/random_model.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <numeric>

namespace gf::tests::attention_flow_test {
namespace {

constexpr int k_tokens = 15;

std::shared_ptr<Trace> run_of(const std::string& name) {
    const Preset p = preset(name);
    return run(random_weights(p.config), random_tokens(p.config, k_tokens), p.n_prefix);
}

using Square = std::vector<std::vector<double>>;

Square product(const Square& a, const Square& b) {
    Square c(a.size(), std::vector<double>(a.size()));
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < a.size(); ++j)
            for (std::size_t k = 0; k < a.size(); ++k) c[i][j] += a[i][k] * b[k][j];
    return c;
}

/// Abnar & Zuidema's recipe as it stands: add the identity to the mean of the heads, normalise the rows,
/// multiply the matrices of all layers.
Square plain_rollout(const Trace& trace) {
    const ModelConfig& c = trace.config();
    const auto n = static_cast<std::size_t>(trace.n_tokens());
    Square joint;
    for (int l = 0; l < c.n_layers; ++l) {
        Square layer(n, std::vector<double>(n));
        for (std::size_t q = 0; q < n; ++q) {
            for (std::size_t k = 0; k < n; ++k)
                for (int h = 0; h < c.n_heads; ++h)
                    if (trace.visible(Site::pattern, l, h, static_cast<int>(q), static_cast<int>(k)))
                        layer[q][k] +=
                            static_cast<double>(trace.value(
                                {0, Site::pattern, l, h, static_cast<int>(q), static_cast<int>(k)})) /
                            c.n_heads;
            layer[q][q] += 1;
            const double sum = std::accumulate(layer[q].begin(), layer[q].end(), 0.0);
            for (double& x : layer[q]) x /= sum;
        }
        joint = l == 0 ? layer : product(layer, joint);
    }
    return joint;
}

class RolloutOf : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Some, RolloutOf,
                         ::testing::Values("llama", "gpt2", "alibi", "bidirectional", "prefix",
                                           "sliding_window", "encoder_decoder"));

TEST_P(RolloutOf, IsTheProductOfTheLayersMatrices) {
    const auto trace = run_of(GetParam());
    const Square expected = plain_rollout(*trace);
    AttentionRollout rollout;
    for (const int row : {0, 4, 9, k_tokens - 1}) {
        rollout.look_at(row);
        while (!rollout.advance({.trace = trace, .rows = k_tokens}, 40)) {
        }
        ASSERT_TRUE(rollout.is_complete());
        ASSERT_EQ(rollout.row(), row);
        for (std::size_t k = 0; k < k_tokens; ++k)
            EXPECT_NEAR(rollout.shares()[k], expected[static_cast<std::size_t>(row)][k], 1e-6)
                << row << " " << k;
        EXPECT_NEAR(std::accumulate(rollout.shares().begin(), rollout.shares().end(), 0.0), 1, 1e-12);
    }
}

TEST(Rollout, WhatIsNotKeptSaysSo) {
    const ModelConfig config = preset("llama").config;
    TraceShape shape;
    shape.capacity = k_tokens;
    shape.keep = Keep::residual;
    auto trace = std::make_shared<Trace>(random_weights(config), shape);
    extend(*trace, random_tokens(config, k_tokens));
    AttentionRollout rollout;
    EXPECT_TRUE(rollout.advance({.trace = trace, .rows = k_tokens}));
    EXPECT_FALSE(rollout.is_complete());
    EXPECT_NE(rollout.missing(), "");
}

/// |x W_O| for one head's part of W_O.
double written(const Matrix& w, int first_row, const real* x, int d_head) {
    double sum = 0;
    for (int c = 0; c < w.out; ++c) {
        double y = 0;
        for (int i = 0; i < d_head; ++i)
            y += static_cast<double>(x[i]) * static_cast<double>(w.data[(first_row + i) * w.stride + c]);
        sum += y * y;
    }
    return std::sqrt(sum);
}

class FirstTokenOf : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Some, FirstTokenOf,
                         ::testing::Values("llama", "gpt2", "bidirectional", "sliding_window", "wide"));

TEST_P(FirstTokenOf, IsItsDefinition) {
    const auto trace = run_of(GetParam());
    const ModelConfig& c = trace->config();
    const RunView view{.trace = trace, .rows = k_tokens};
    FirstTokenOfLayer layer;
    layer.look_at(Site::pattern, 1);
    while (!layer.advance(view, 20)) {
    }
    HeadRoles roles;
    roles.advance(view);
    const Matrix& w = trace->stack().blocks[1].attn_out;
    for (int h = 0; h < c.n_heads; ++h)
        for (const int rows : {1, 6, k_tokens}) {
            const auto share = layer.share(h, rows);
            const auto role = roles.score(1, h, HeadRole::first_token, rows);
            ASSERT_EQ(share.has_value(), role.has_value());
            if (!share) continue;
            EXPECT_NEAR(share->weight, *role, 1e-9) << "the weight is the score of the role";
            EXPECT_EQ(share->queries, roles.queries(HeadRole::first_token, rows));
            double write = 0, all = 0;
            for (int q = 1; q < rows; ++q) {
                if (!trace->visible(Site::pattern, 1, h, q, 0)) continue;
                const real* v = trace->row(Site::v, 1, 0) + h / c.group_size() * c.d_head;
                write += static_cast<double>(trace->value({0, Site::pattern, 1, h, q, 0})) *
                         written(w, h * c.d_head, v, c.d_head);
                all += written(w, h * c.d_head, trace->row(Site::z, 1, q) + h * c.d_head, c.d_head);
            }
            EXPECT_NEAR(share->written, write / share->queries, 1e-5);
            EXPECT_NEAR(share->of, all / share->queries, 1e-5);
        }
}

TEST(FirstToken, OfASourceIsTheSources) {
    const auto trace = run_of("encoder_decoder");
    const ModelConfig& c = trace->config();
    FirstTokenOfLayer layer;
    layer.look_at(Site::cross_pattern, 0);
    layer.advance({.trace = trace, .rows = k_tokens});
    double sum = 0;
    for (int q = 0; q < k_tokens; ++q)
        sum += static_cast<double>(trace->value({0, Site::cross_pattern, 0, 2, q, 0}));
    ASSERT_TRUE(layer.share(2, k_tokens));
    EXPECT_EQ(layer.share(2, k_tokens)->queries, k_tokens) << "the first query, too, has a choice";
    EXPECT_NEAR(layer.share(2, k_tokens)->weight, sum / k_tokens, 1e-6);
    const Matrix& w = trace->stack().blocks[0].cross.attn_out;
    const double whole =
        written(w, 2 * c.d_head, trace->row(Site::cross_v, 0, 0) + 2 / c.group_size() * c.d_head, c.d_head);
    EXPECT_NEAR(layer.share(2, k_tokens)->written, sum / k_tokens * whole, 1e-5);
}

TEST(ValueLengths, AreThoseOfTheKeyValueHead) {
    const auto trace = run_of("llama");
    const ModelConfig& c = trace->config();
    ValueLengths lengths;
    lengths.look_at(Site::pattern, 1, 4);
    while (!lengths.advance({.trace = trace, .rows = k_tokens}, 10)) {
    }
    ASSERT_EQ(lengths.lengths().size(), static_cast<std::size_t>(k_tokens));
    double all = 0;
    for (int r = 0; r < k_tokens; ++r) {
        double sum = 0;
        for (int i = 0; i < c.d_head; ++i) {
            const auto x = static_cast<double>(trace->row(Site::v, 1, r)[4 / c.group_size() * c.d_head + i]);
            sum += x * x;
        }
        EXPECT_NEAR(lengths.lengths()[static_cast<std::size_t>(r)], std::sqrt(sum), 1e-5);
        all += std::sqrt(sum);
    }
    ASSERT_TRUE(lengths.value());
    EXPECT_NEAR(*lengths.value(), all / k_tokens, 1e-5);
}

} // namespace
} // namespace gf::tests::attention_flow_test
