// Which tokens a vector promotes: against the logits of a run whose stream is moved by it, and by slices.

#include "measures/promoted_tokens.h"

#include "support/compare.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests::promoted_tokens_test {
namespace {

/// The derivative of the logits by a step along the vector, in double precision, with the norm's divisor
/// held.
std::vector<double> direct_logits(const Weights& w, const std::vector<real>& vector) {
    const ModelConfig& c = w.config;
    double mean = 0;
    for (const real x : vector) mean += static_cast<double>(x) / c.d_model;
    if (c.norm != NormKind::layer) mean = 0;
    std::vector<double> logits(static_cast<std::size_t>(c.d_vocab));
    for (int t = 0; t < c.d_vocab; ++t)
        for (int i = 0; i < c.d_model; ++i)
            logits[static_cast<std::size_t>(t)] +=
                (static_cast<double>(vector[static_cast<std::size_t>(i)]) - mean) *
                (static_cast<double>(w.ln_final_gain[i]) + c.gain_offset) *
                static_cast<double>(w.unembed.data[i * w.unembed.stride + t]);
    return logits;
}

TEST(PromotedTokens, AreThoseWithTheLargestDirectLogits) {
    for (const char* name : {"llama", "gpt2"}) {
        const auto weights = random_weights(preset(name).config);
        std::vector<real> vector;
        for (int i = 0; i < weights->config.d_model; ++i)
            vector.push_back(static_cast<real>((i * 37 % 11) - 4) / 7);
        ASSERT_TRUE(PromotedTokens::applies_to(*weights));
        PromotedTokens promoted;
        promoted.look_at(*weights, vector);
        int slices = 1;
        while (!promoted.advance(static_cast<std::size_t>(3 * weights->config.d_model))) ++slices;
        EXPECT_EQ(slices, (weights->config.d_vocab + 2) / 3);
        const std::vector<double> logits = direct_logits(*weights, vector);
        std::vector<int> order(logits.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
        std::ranges::sort(order, std::ranges::greater(),
                          [&](int t) { return logits[static_cast<std::size_t>(t)]; });
        ASSERT_EQ(promoted.top().size(), PromotedTokens::k_most);
        for (std::size_t i = 0; i < PromotedTokens::k_most; ++i) {
            EXPECT_EQ(promoted.top()[i].token, order[i]) << name;
            EXPECT_NEAR(promoted.top()[i].logit, logits[static_cast<std::size_t>(order[i])], 1e-5);
        }
        promoted.look_at(*weights, vector);
        EXPECT_TRUE(promoted.is_complete()) << "the same vector is not read again";
    }
    EXPECT_FALSE(PromotedTokens::applies_to(*random_weights(preset("bert").config)))
        << "post-norm has no such path";
}

} // namespace
} // namespace gf::tests::promoted_tokens_test
