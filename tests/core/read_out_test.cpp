// The read-out of a row against the logits of the whole run, and of earlier layers against plain double
// precision.

#include "core/passes/read_out.h"

#include "support/expect_error.h"
#include "support/random_model.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gf::tests::read_out_test {
namespace {

constexpr int k_tokens = 7;

class ReadOutOf : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Models, ReadOutOf, ::testing::Values("llama", "gpt2", "mixtral", "bert"));

TEST_P(ReadOutOf, OfTheLastLayerIsTheLogits) {
    const ModelConfig c = preset(GetParam()).config;
    const auto weights = random_weights(c);
    const auto trace = run(weights, random_tokens(c, k_tokens));
    const Site last = c.norm_place == NormPlace::pre ? Site::resid_post : Site::normalized_resid_post;
    ReadOut read_out(weights);
    for (int row = 0; row < k_tokens; ++row) {
        const auto logits = read_out.logits(trace->row(last, c.n_layers - 1, row));
        for (int i = 0; i < c.d_vocab; ++i)
            ASSERT_NEAR(logits[static_cast<std::size_t>(i)], trace->row(Site::logits, -1, row)[i], 1e-5);
    }
}

TEST(ReadOut, OfAnEarlierLayerIsTheNormAndTheUnembedding) {
    const ModelConfig c = preset("llama").config;
    const auto weights = random_weights(c);
    const auto trace = run(weights, random_tokens(c, k_tokens));
    ReadOut read_out(weights);
    const real* x = trace->row(Site::resid_post, 0, 3);
    double squares = 0;
    for (int i = 0; i < c.d_model; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    const double scale = std::sqrt(squares / c.d_model + c.norm_eps); // RMSNorm
    const auto logits = read_out.logits(x);
    for (int v = 0; v < c.d_vocab; ++v) {
        double sum = 0;
        for (int i = 0; i < c.d_model; ++i)
            sum += static_cast<double>(x[i]) / scale * static_cast<double>(weights->ln_final_gain[i]) *
                   static_cast<double>(weights->unembed.data[static_cast<std::ptrdiff_t>(i) * c.d_vocab + v]);
        ASSERT_NEAR(logits[static_cast<std::size_t>(v)], sum, 1e-4);
    }
}

TEST(ReadOut, NeedsLogits) {
    expect_error([] { ReadOut(random_weights(preset("classes").config)); }, {"logits"});
}

} // namespace
} // namespace gf::tests::read_out_test
