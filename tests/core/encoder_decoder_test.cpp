// The decoder of an encoder-decoder reads all of its source and nothing else, however it is computed.

#include "platform/error.h"
#include "support/compare.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

namespace gf::tests::encoder_decoder_test {
namespace {

using ::testing::HasSubstr;

constexpr int k_tokens = 9, k_source = 7;

class EncoderDecoder : public ::testing::TestWithParam<Preset> {
  protected:
    const ModelConfig& config() const { return GetParam().config; }
    std::shared_ptr<Weights> weights = random_weights(config());
    std::vector<int> tokens = random_tokens(config(), k_tokens), text = random_tokens(config(), k_source, 17);

    std::shared_ptr<Trace> encoder(const std::vector<int>& source, int left = 0, int right = 0,
                                   Keep keep = Keep::all, std::vector<Edit> edits = {}) const {
        const int n = static_cast<int>(source.size());
        auto trace = std::make_shared<Trace>(
            weights, TraceShape{n, keep, Stack::encoder},
            RunSetup{.segments = {{0, n, left, right, 0}}, .edits = std::move(edits)});
        extend(*trace, source);
        return trace;
    }
    std::shared_ptr<Trace> decoder(std::shared_ptr<const Trace> source, Keep keep = Keep::all) const {
        auto trace =
            std::make_shared<Trace>(weights, TraceShape{k_tokens, keep}, RunSetup(), std::move(source));
        extend(*trace, tokens);
        return trace;
    }
};
INSTANTIATE_TEST_SUITE_P(All, EncoderDecoder, ::testing::ValuesIn(presets_where([](const ModelConfig& c) {
                             return c.has_encoder();
                         })),
                         [](const auto& info) { return info.param.name; });

TEST_P(EncoderDecoder, EveryTokenOfTheSourceChangesEveryRow) {
    const auto plain = decoder(encoder(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::vector<int> other = text;
        other[i] = (other[i] + 11) % config().d_vocab;
        const auto changed = decoder(encoder(other));
        for (int t = 0; t < k_tokens; ++t)
            EXPECT_GT(difference(logits_of(*changed, t), logits_of(*plain, t)), 1e-4)
                << "source token " << i << ", row " << t;
    }
}

TEST_P(EncoderDecoder, PaddingOfTheSourceIsNotRead) {
    const auto plain = decoder(encoder(text));
    for (const auto& [left, right] : {std::pair{3, 0}, {0, 4}, {2, 1}})
        for (const int filler : {0, 5}) {
            std::vector<int> padded(static_cast<std::size_t>(left + k_source + right), filler);
            std::copy(text.begin(), text.end(), padded.begin() + left);
            const auto read = decoder(encoder(padded, left, right));
            EXPECT_TRUE(same_rows(*read, 0, *plain, 0, k_tokens, 1e-5))
                << left << " left, " << right << " right";
            for (int key = 0; key < left; ++key)
                EXPECT_EQ(read->value({0, Site::cross_pattern, 0, 0, 3, key}), 0);
            for (int key = left + k_source; key < left + k_source + right; ++key)
                EXPECT_EQ(read->value({0, Site::cross_attn_scores, 1, 1, 3, key}),
                          -std::numeric_limits<real>::infinity());
        }
}

TEST_P(EncoderDecoder, WhatTheEncoderKeepsChangesNothing) {
    const auto plain = decoder(encoder(text));
    for (const Keep of_source : {Keep::residual, Keep::layers, Keep::cache})
        EXPECT_TRUE(same_rows(*decoder(encoder(text, 0, 0, of_source)), 0, *plain, 0, k_tokens, 0));
    for (const Keep keep : {Keep::residual, Keep::layers, Keep::cache})
        EXPECT_LE(difference(logits_of(*decoder(encoder(text), keep), k_tokens - 1),
                             logits_of(*plain, k_tokens - 1)),
                  1e-5);
}

TEST_P(EncoderDecoder, PatternsOverTheSourceSumToOne) {
    const auto trace = decoder(encoder(text));
    for (int l = 0; l < config().n_layers; ++l)
        for (int t = 0; t < k_tokens; ++t)
            for (int h = 0; h < config().n_heads; ++h) {
                double sum = 0;
                for (int key = 0; key < k_source; ++key)
                    sum += trace->value({0, Site::cross_pattern, l, h, t, key});
                EXPECT_NEAR(sum, 1, 1e-6);
            }
}

TEST_P(EncoderDecoder, AnEditedEncoderIsReadAsEdited) {
    const Edit steer{{.site = Site::resid_pre, .layer = 0, .row_begin = 2, .row_end = 3, .column_begin = 3},
                     Edit::Kind::add,
                     {real(0.7)},
                     nullptr};
    const auto plain = decoder(encoder(text)), steered = decoder(encoder(text, 0, 0, Keep::all, {steer}));
    EXPECT_FALSE(same_outputs(*steered, *plain, 1e-3));
    const int n = k_source * config().d_model;
    std::vector<real> given;
    for (int t = 0; t < k_source; ++t)
        for (const real x : row_of(*steered, Site::encoder_out, -1, t)) given.push_back(x);
    ASSERT_EQ(static_cast<int>(given.size()), n);
    Trace edited(weights, TraceShape{k_tokens},
                 {.edits = {{{.site = Site::encoder_out}, Edit::Kind::values, given, nullptr}}},
                 encoder(text));
    extend(edited, tokens);
    EXPECT_TRUE(same_outputs(edited, *steered, 0)) << "the same by editing what the decoder reads";
}

TEST_P(EncoderDecoder, ARestartReadsTheSourceAgain) {
    const auto source = encoder(text);
    const auto trace = decoder(source);
    const std::vector<int> other = random_tokens(config(), k_source, 29);
    source->restart(other);
    forward(*source, 0, k_source);
    trace->restart(tokens);
    forward(*trace, 0, k_tokens);
    EXPECT_TRUE(same_rows(*trace, 0, *decoder(encoder(other)), 0, k_tokens, 0));
}

TEST_P(EncoderDecoder, TheStacksShareTheEmbeddingOnly) {
    int shared = 0;
    for (const ParamRow& row : weights->table) {
        EXPECT_EQ(row.serves(Stack::encoder) && row.serves(Stack::decoder), row.role == Role::embed)
            << row.name;
        shared += row.role == Role::embed;
        const bool encoders = row.name.starts_with("model.encoder.") || row.name.starts_with("encoder.");
        EXPECT_EQ(row.stack == Stack::encoder, encoders) << row.name;
    }
    EXPECT_EQ(shared, 1);
    EXPECT_EQ(weights->encoder.embed, weights->embed);
    EXPECT_EQ(static_cast<int>(weights->encoder.blocks.size()), config().n_encoder_layers);
}

/// The message with which f is refused.
template <class F>
std::string error_of(F f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

TEST_P(EncoderDecoder, SourcesThatDoNotFitAreRefused) {
    const auto make = [&](std::shared_ptr<const Trace> source, const std::shared_ptr<Weights>& of) {
        return error_of([&] { Trace(of, TraceShape{4}, {}, source); });
    };
    EXPECT_THAT(make(nullptr, weights), HasSubstr("--source"));
    EXPECT_THAT(make(encoder(text), random_weights(config(), 2)), HasSubstr("same weights"));
    EXPECT_THAT(make(decoder(encoder(text)), weights), HasSubstr("encoder"));
    EXPECT_THAT(make(encoder(text), random_weights(preset("llama").config)), HasSubstr("no source"));
    EXPECT_THAT(error_of([&] {
                    Trace(weights, {8}, {.segments = {{0, 4}, {4, 8}}}, encoder(text));
                }),
                HasSubstr("each of the 2"));
    const TraceShape shape{4, Keep::all, Stack::encoder};
    EXPECT_THAT(error_of([&] { Trace(random_weights(preset("llama").config), shape); }),
                HasSubstr("encoder-decoder"));
    auto unfinished = std::make_shared<Trace>(weights, shape);
    Trace reader(weights, TraceShape{4}, {}, unfinished);
    EXPECT_THAT(error_of([&] { extend(reader, std::span(tokens).first(4)); }), HasSubstr("all 4 tokens"));
}

TEST(EncoderDecoderConfig, WhatItCannotBe) {
    const auto refused = [](auto change) {
        ModelConfig c = preset("encoder_decoder").config;
        change(c);
        return error_of([&] { validate(c, "config.json"); });
    };
    EXPECT_EQ(refused([](ModelConfig&) {}), "");
    for (const std::string& message : {refused([](ModelConfig& c) { c.n_encoder_layers = -1; }),
                                       refused([](ModelConfig& c) { c.mlp = MlpKind::none; }),
                                       refused([](ModelConfig& c) { c.head = OutputHead::embedding; }),
                                       refused([](ModelConfig& c) { c.mask = MaskKind::bidirectional; }),
                                       refused([](ModelConfig& c) { c.n_layer_groups = 1; })})
        EXPECT_THAT(message, HasSubstr("config.json: n_encoder_layers"));
}

} // namespace
} // namespace gf::tests::encoder_decoder_test
