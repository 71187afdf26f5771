// The cost of a token, in operations and in bytes of the key-value cache, against closed forms.

#include "support/random_model.h"

#include <gtest/gtest.h>

namespace gf::tests::cost_test {
namespace {

ModelConfig stories_260k() {
    ModelConfig c;
    c.d_model = 64, c.n_layers = 5, c.n_heads = 8, c.n_kv_heads = 4, c.d_head = 8, c.d_mlp = 172,
    c.n_ctx = 512, c.d_vocab = 512, c.tied_embeddings = true;
    return c;
}

TEST(Cost, OfStories260K) {
    const ModelConfig c = stories_260k();
    // Counted by hand: Q is 64x64, K and V 64x32, O 64x64; gate, up and down 64x172 each; the unembedding
    // 64x512. Each key costs a score and a weighted value, 64 multiply-adds each.
    const double matrices = 5 * (64 * 64 + 2 * 64 * 32 + 64 * 64 + 3 * 64 * 172) + 64 * 512;
    for (const int n_keys : {1, 100, 512})
        EXPECT_DOUBLE_EQ(flops_per_token(c, n_keys), 2 * (matrices + 5 * 2 * 64.0 * n_keys));
    double sum = 0;
    for (int t = 0; t < 256; ++t) sum += flops_per_token(c, t + 1);
    EXPECT_DOUBLE_EQ(sum / 256, 2 * (matrices + 5 * 2 * 64 * 257 / 2.0)); // 128.5 keys on average
    EXPECT_NEAR(sum / 256, 0.683e6, 0.001e6);
    // Keys and values of 4 heads of 8 in 5 layers.
    EXPECT_EQ(kv_bytes_per_token(c), 2u * 5 * 4 * 8 * sizeof(real));
}

/// Counts multiply-adds from the matrices of the table. An expert's matrix counts only for the chosen
/// experts.
TEST(Cost, IsTwiceTheMatricesForEveryPreset) {
    for (const Preset& p : presets()) {
        const ModelConfig& c = p.config;
        double sum = 0;
        for (const ParamRow& r : param_table(c)) {
            if (r.shape.size() != 2 || r.role == Role::pos_embed || r.role == Role::embed) continue;
            // These cost once for a text, or once for a source.
            if (r.role == Role::classifier) continue;
            if (r.role == Role::position_bias) continue; // looked up
            if (r.stack == Stack::encoder || r.role == Role::cross_k || r.role == Role::cross_v) continue;
            int layers = r.layer < 0 ? 1 : 0; // how often the matrix is used
            for (int l = 0; l < c.n_layers; ++l) layers += r.layer >= 0 && c.layer_group(l) == r.layer;
            sum += layers * static_cast<double>(r.size()) *
                   (r.expert >= 0 && r.expert < c.n_experts ? double(c.experts_per_token) / c.n_experts : 1);
        }
        if (c.tied_embeddings) sum += double(c.d_vocab) * c.d_model;
        const double attention = c.n_layers * (c.has_encoder() ? 2 : 1) * 2.0 * c.n_heads * c.d_head * 10;
        EXPECT_NEAR(flops_per_token(c, 10), 2 * (sum + attention), 1e-6) << p.name;
        EXPECT_EQ(kv_bytes_per_token(c),
                  static_cast<std::size_t>(2 * c.n_layers * c.n_kv_heads * c.d_head) * sizeof(real))
            << p.name;
    }
}

} // namespace
} // namespace gf::tests::cost_test
