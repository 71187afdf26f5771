// Splits of scores: they add up in every kind of model, and a cell is what the score loses if the parts are
// taken out of the streams of query and key, worked out in double precision.

#include "measures/score_split.h"

#include "support/random_model.h"
#include "support/score_split_check.h"

namespace gf::tests::score_split_test {
namespace {

constexpr int k_tokens = 9;

class ScoreSplitOf : public ::testing::TestWithParam<Preset> {};
INSTANTIATE_TEST_SUITE_P(EveryModelWithLogits, ScoreSplitOf,
                         ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.has_logits();
                         })));

TEST_P(ScoreSplitOf, AddsUp) {
    const auto trace = run(random_weights(GetParam().config), random_tokens(GetParam().config, k_tokens),
                           GetParam().n_prefix);
    expect_scores_add_up(*trace, 6);
    expect_scores_add_up(*trace, 2);
}

TEST(ScoreSplit, ACellIsTheProductOfWhatTwoPartsWrote) {
    const ModelConfig c = preset("attention_only").config; // LayerNorm, no turning
    const auto trace = run(random_weights(c), random_tokens(c, k_tokens));
    const BlockWeights& w = trace->weights().blocks[1];
    constexpr int k_head = 2, k_query = 7, k_key = 3;
    /// What a part's row becomes behind the norm (its divisor held) and a matrix of the head.
    const auto through = [&](const real* x, int row, const Matrix& m) {
        double mean = 0;
        for (int i = 0; i < c.d_model; ++i) mean += static_cast<double>(x[i]) / c.d_model;
        std::vector<double> vector;
        for (int d = 0; d < c.d_head; ++d) {
            double sum = 0;
            for (int i = 0; i < c.d_model; ++i)
                sum += (static_cast<double>(x[i]) - mean) /
                       static_cast<double>(*trace->row(Site::ln1_scale, 1, row)) *
                       static_cast<double>(w.ln1_gain[i]) *
                       static_cast<double>(m.data[i * m.stride + k_head * c.d_head + d]);
            vector.push_back(sum);
        }
        return vector;
    };
    const auto q = through(trace->row(Site::attn_out, 0, k_query), k_query, w.q),
               k = through(trace->row(Site::embed, -1, k_key), k_key, w.k);
    double product = 0;
    for (std::size_t i = 0; i < q.size(); ++i) product += q[i] * k[i] / std::sqrt(c.d_head);
    ScoreSplit split;
    split.look_at(*trace, {1, k_head, k_query, k_key}, false);
    using Kind = ScoreSplit::Part::Kind;
    ASSERT_EQ(split.parts(),
              (std::vector<ScoreSplit::Part>{
                  {Kind::embedding, -1}, {Kind::position, -1}, {Kind::attention, 0}, {Kind::bias, -1}}));
    EXPECT_NEAR(split.at(2, 0), product, 1e-5);
    EXPECT_NEAR(split.of_query(2), split.at(2, 0) + split.at(2, 1) + split.at(2, 2) + split.at(2, 3), 1e-9);
    EXPECT_NEAR(split.of_key(0), split.at(0, 0) + split.at(1, 0) + split.at(2, 0) + split.at(3, 0), 1e-9);
}

TEST(ScoreSplit, AnAttentionUnfoldsIntoItsHeads) {
    const ModelConfig c = preset("attention_only").config;
    const auto trace = run(random_weights(c), random_tokens(c, k_tokens));
    ScoreSplit whole, heads;
    heads.unfold(0);
    whole.look_at(*trace, {1, 1, 7, 2}, true);
    heads.look_at(*trace, {1, 1, 7, 2}, true);
    // What heads wrote, and the biases: that of the attention's output stands among these once it is
    // unfolded. A model without other biases has no such part before.
    using Kind = ScoreSplit::Part::Kind;
    const auto of_attention = [](const ScoreSplit& split) {
        double sum = 0;
        for (std::size_t i = 0; i < split.parts().size(); ++i)
            if (split.parts()[i].kind == Kind::attention || split.parts()[i].kind == Kind::bias)
                sum += split.of_query(i);
        return sum;
    };
    EXPECT_EQ(std::ranges::count_if(heads.parts(), [](const auto& part) { return part.head >= 0; }),
              c.n_heads);
    EXPECT_EQ(std::ranges::count_if(whole.parts(), [](const auto& part) { return part.head >= 0; }), 0);
    EXPECT_NEAR(heads.sum(), whole.sum(), 1e-5);
    EXPECT_NEAR(of_attention(heads), of_attention(whole), 1e-5); // the run's own sums are single
    EXPECT_LE(std::abs(heads.sum() - heads.value()), 1e-5 * heads.sum_of_magnitudes());
}

TEST(ScoreSplit, DistancesHaveATermOfTheirOwn) {
    for (const char* name : {"alibi", "buckets"}) {
        const ModelConfig c = preset(name).config;
        const auto trace = run(random_weights(c), random_tokens(c, k_tokens));
        ScoreSplit split;
        split.look_at(*trace, {1, 1, 7, 2}, false);
        EXPECT_NE(split.of_distance(), 0);
        EXPECT_NEAR(split.of_distance(), distance_part(*trace, {1, 1, 7, 2}), 1e-12);
    }
}

} // namespace
} // namespace gf::tests::score_split_test
