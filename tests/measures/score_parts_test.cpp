// A score by frequency and by distance: the parts against the run's own scores, and a moved key against a run
// in which the key really has that position.

#include "measures/score_parts.h"

#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::tests::score_parts_test {
namespace {

constexpr int k_tokens = 14;

double score_of(const Trace& run, const QueryAndKey& rows) {
    return static_cast<double>(
        run.value({0, Site::attn_scores, rows.layer, rows.head, rows.query, rows.key}));
}

std::shared_ptr<const Trace> run_with(const Preset& p, RunSetup setup) {
    setup.n_prefix = p.n_prefix;
    auto trace =
        std::make_shared<Trace>(random_weights(p.config), TraceShape{k_tokens, Keep::all}, std::move(setup));
    extend(*trace, random_tokens(p.config, k_tokens));
    return trace;
}

/// Calls f for each query and key that it sees, in each head of each layer.
template <class F>
void for_each_score(const Trace& run, F f) {
    for (int l = 0; l < run.config().n_layers; ++l)
        for (int h = 0; h < run.config().n_heads; ++h)
            for (int q = 0; q < k_tokens; ++q)
                for (int k = 0; k < k_tokens; ++k)
                    if (run.visible(Site::attn_scores, l, h, q, k) &&
                        run.config().layer(l).positions == Positions::rope)
                        f(QueryAndKey{l, h, q, k});
}

/// The score of the pairs at a distance and of what does not turn.
double score_at(const Trace& run, const QueryAndKey& rows, const std::vector<RopePair>& pairs, int distance) {
    const double score = rope_score(pairs, distance) + unturned_part(run, rows), cap = run.config().score_cap;
    return cap > 0 ? cap * std::tanh(score / cap) : score;
}

class RopePairsOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(EveryKind, RopePairsOf, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.positions == Positions::rope && !c.has_encoder() && !c.pools();
                         })),
                         [](const auto& info) { return info.param.name; });

TEST_P(RopePairsOf, AddUpToTheScore) {
    RunSetup other_angles;
    other_angles.rope = {.theta = 70, .scaling = {.kind = RopeScalingKind::yarn, .factor = 1.7}};
    for (const RunSetup& setup : {RunSetup(), other_angles}) {
        const auto run = run_with(GetParam(), setup);
        std::vector<RopePair> pairs;
        int n = 0;
        for_each_score(*run, [&](const QueryAndKey& rows) {
            rope_pairs(*run, rows, pairs);
            ASSERT_EQ(static_cast<int>(pairs.size()), run->config().layer(rows.layer).d_rotary / 2);
            EXPECT_NEAR(score_at(*run, rows, pairs, distance_between(*run, rows)), score_of(*run, rows),
                        2e-5);
            ++n;
        });
        EXPECT_GT(n, 100);
    }
}

/// What the panel shows when a key is dragged, against a run whose positions are such. The first layer's
/// queries and keys do not depend on positions.
TEST_P(RopePairsOf, GiveTheScoreOfAKeyThatStandsElsewhere) {
    const auto run = run_with(GetParam(), {});
    RunSetup moved;
    for (int r = 0; r < k_tokens; ++r) moved.order.push_back(r * 7 % 31); // all different, some far apart
    const auto other = run_with(GetParam(), moved);
    std::vector<RopePair> pairs;
    for_each_score(*run, [&](const QueryAndKey& rows) {
        if (rows.layer > 0) return;
        rope_pairs(*run, rows, pairs);
        const int distance = moved.order[static_cast<std::size_t>(rows.query)] -
                             moved.order[static_cast<std::size_t>(rows.key)];
        EXPECT_EQ(distance_between(*other, rows), distance);
        EXPECT_NEAR(score_at(*run, rows, pairs, distance), score_of(*other, rows), 2e-5);
    });
}

TEST(RopePairs, HandsHaveTheLengthsAndAnglesOfTheTurnedVectors) {
    const Preset p = preset("interleaved");
    const auto run = run_with(p, {});
    const QueryAndKey rows{1, 2, 9, 4};
    std::vector<RopePair> pairs;
    rope_pairs(*run, rows, pairs);
    for (int i = 0; i < p.config.d_head / 2; ++i) {
        const RopePair& pair = pairs[static_cast<std::size_t>(i)];
        EXPECT_NEAR(pair.turn, std::pow(100.0, -2.0 * i / p.config.d_head), 1e-12);
        const auto value = [&](Site site, int row, int j) {
            return static_cast<double>(run->value({0, site, 1, 2, row, 2 * i + j}));
        };
        const double q = pair.query_angle + 9 * pair.turn, k = pair.key_angle + 4 * pair.turn;
        EXPECT_NEAR(pair.query_length * std::cos(q), value(Site::rot_q, 9, 0), 1e-5);
        EXPECT_NEAR(pair.query_length * std::sin(q), value(Site::rot_q, 9, 1), 1e-5);
        EXPECT_NEAR(pair.key_length * std::cos(k), value(Site::rot_k, 4, 0), 1e-5);
        EXPECT_NEAR(pair.key_length * std::sin(k), value(Site::rot_k, 4, 1), 1e-5);
    }
}

/// Press et al. 2022 and their code: 2^(-8/n), 2^(-16/n), ... for a power of two of heads; else those of the
/// power of two below, and then every second one of twice that power.
std::vector<double> published_slopes(int n_heads) {
    const auto of_power = [](int n) {
        std::vector<double> slopes;
        for (int i = 1; i <= n; ++i) slopes.push_back(std::exp2(-8.0 * i / n));
        return slopes;
    };
    int power = 1;
    while (2 * power <= n_heads) power *= 2;
    std::vector<double> slopes = of_power(power);
    const std::vector<double> finer = of_power(2 * power);
    for (std::size_t i = 0; static_cast<int>(slopes.size()) < n_heads; i += 2) slopes.push_back(finer[i]);
    return slopes;
}

TEST(AlibiParts, DifferByTheScore) {
    for (const char* name : {"alibi", "bidirectional_alibi", "moe_plain"}) {
        const auto run = run_with(preset(name), {});
        const std::vector<double> slopes = published_slopes(run->config().n_heads);
        for_each_score(*run, [&](const QueryAndKey& rows) {
            const AlibiParts parts = alibi_parts(*run, rows);
            EXPECT_NEAR(parts.product - parts.penalty, score_of(*run, rows), 2e-5);
            EXPECT_NEAR(parts.penalty,
                        slopes[static_cast<std::size_t>(rows.head)] * std::abs(rows.query - rows.key), 1e-6);
        });
    }
}

} // namespace
} // namespace gf::tests::score_parts_test
