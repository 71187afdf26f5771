// Vectors of positions, their plane and products, the probe and the loss by position, against closed forms.

#include "measures/loss_by_position.h"
#include "measures/position_probe.h"
#include "measures/position_vectors.h"

#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace gf::tests::position_measures_test {
namespace {

TEST(PositionVectors, AreWhatTheRunAdds) {
    for (const char* name : {"gpt2", "sinusoidal"}) {
        const ModelConfig c = preset(name).config;
        const auto weights = random_weights(c);
        const auto trace = run(weights, random_tokens(c, 12));
        const PositionVectors vectors = position_vectors(c, trace->stack(), 1000);
        EXPECT_EQ(vectors.n, c.positions == Positions::learned ? c.n_ctx : 1000);
        for (int t = 0; t < 12; ++t)
            for (int i = 0; i < c.d_model; ++i)
                EXPECT_EQ(vectors.row(t)[i], trace->value({0, Site::pos_embed, -1, 0, t, i}));
    }
    const ModelConfig rope = preset("llama").config;
    EXPECT_EQ(position_vectors(rope, run(random_weights(rope), {1})->stack(), 8).n, 0) << "RoPE adds nothing";
}

/// The product of two sinusoidal vectors is a sum of cosines of their distance (Vaswani et al. 2017).
TEST(PositionVectors, SinusoidalProductsDependOnTheDistanceAlone) {
    ModelConfig c = preset("sinusoidal").config;
    const PositionVectors vectors = position_vectors(c, run(random_weights(c), {1})->stack(), 60);
    const std::vector<double> dots = mean_dot_by_distance(vectors);
    for (int distance = 0; distance < 60; ++distance) {
        double expected = 0;
        for (int i = 0; i < c.d_model / 2; ++i)
            expected += std::cos(distance * std::pow(10000.0, -2.0 * i / c.d_model));
        EXPECT_NEAR(dots[static_cast<std::size_t>(distance)], expected, 1e-4) << distance;
    }
}

/// Points of an ellipse with half-axes 3 and 1, turned into five dimensions and moved.
TEST(PrincipalPlane, FindsTheAxesOfAnEllipse) {
    PositionVectors vectors{72, 5, {}};
    const double u[] = {0.5, 0.5, 0.5, 0.5, 0}, v[] = {0.5, -0.5, 0.5, -0.5, 0}; // orthonormal
    for (int p = 0; p < vectors.n; ++p) {
        const double angle = 2 * std::numbers::pi * p / vectors.n + 0.3;
        for (int i = 0; i < 5; ++i)
            vectors.values.push_back(
                static_cast<real>(3 * std::cos(angle) * u[i] + std::sin(angle) * v[i] + i));
    }
    const PrincipalPlane plane = principal_plane(vectors);
    EXPECT_NEAR(plane.share_x, 0.9, 1e-5);
    EXPECT_NEAR(plane.share_y, 0.1, 1e-5);
    for (int p = 0; p < vectors.n; ++p) {
        const double angle = 2 * std::numbers::pi * p / vectors.n + 0.3;
        EXPECT_NEAR(plane.x[static_cast<std::size_t>(p)], 3 * std::cos(angle), 1e-5);
        EXPECT_NEAR(plane.y[static_cast<std::size_t>(p)], std::sin(angle), 1e-5);
    }
}

/// A model without sub-layers' output whose stream is the word plus the position along one direction: the
/// words know nothing, the stream knows the position exactly.
TEST(PositionProbe, ReadsWhatTheStreamHoldsAndNoMore) {
    ModelConfig c = preset("attention_only").config;
    const auto weights = random_weights(c, 3);
    for (const ParamRow& row : weights->table) {
        if (row.role == Role::attn_out || row.role == Role::attn_out_bias)
            std::fill_n(weights->values(row), row.size(), real(0));
        if (row.role != Role::pos_embed) continue;
        for (int p = 0; p < c.n_ctx; ++p)
            for (int i = 0; i < c.d_model; ++i)
                weights->values(row)[p * c.d_model + i] = i == 2 ? real(p) : real(0);
    }
    weights->refresh();
    PositionProbe probe;
    for (unsigned long long text = 0; text < 12; ++text) {
        const auto trace = run(weights, random_tokens(c, 100, text + 1));
        probe.add(*trace, 100);
        EXPECT_EQ(probe.r_squared().empty(), text == 0) << "with one text there is nothing to test on";
    }
    const std::vector<double> found = probe.r_squared();
    ASSERT_EQ(static_cast<int>(found.size()), c.n_layers + 1);
    EXPECT_LT(found[0], 0.05);
    for (int l = 0; l < c.n_layers; ++l) EXPECT_GT(found[static_cast<std::size_t>(l + 1)], 0.99);
}

TEST(LossByPosition, IsTheMeanOfTheTextsThatReachThere) {
    LossByPosition loss;
    EXPECT_EQ(loss.n_texts(), 0);
    loss.add(std::vector<double>{1, 2, 3});
    loss.add(std::vector<double>{3, 6});
    EXPECT_EQ(loss.n_texts(), 2);
    EXPECT_EQ(loss.n_positions(), 3);
    EXPECT_DOUBLE_EQ(loss.mean(0, 1), 2);
    EXPECT_DOUBLE_EQ(loss.mean(1, 2), 4);
    EXPECT_DOUBLE_EQ(loss.mean(0, 3), 3);
}

} // namespace
} // namespace gf::tests::position_measures_test
