#include "session/model.h"

#include "session/support.h"

#include "platform/error.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace gf::tests::model_test {
namespace {

using ::testing::HasSubstr;

/// Message of the Error that `action` throws.
std::string message_of(auto action) {
    try {
        action();
    } catch (const Error& e) {
        return e.what();
    }
    ADD_FAILURE() << "no error";
    return {};
}

TEST(Model, IsNamedByItsFileOrFolder) {
    const SavedModel& model = saved_preset("llama");
    EXPECT_EQ(open_model(model.path, "")->name, "llama");
    EXPECT_EQ(open_model(model.path + "/", "")->name, "llama");
    EXPECT_EQ(open_model(model.path + "/model.safetensors", "")->name, "model");
}

TEST(Model, TokenizerAndVocabularyMustFit) {
    const std::string tokenizer = scratch_file("tok.bin", tok_bin_contents());
    const auto with_vocabulary = [](int d_vocab) {
        ModelConfig config = preset("llama").config;
        config.d_vocab = d_vocab;
        return saved_model("vocabulary" + std::to_string(d_vocab), config).path;
    };
    const auto fits = open_model(with_vocabulary(k_tok_bin_size), tokenizer);
    EXPECT_TRUE(fits->warnings.empty());
    EXPECT_EQ(token_label(*fits, 260), "a");

    const auto larger = open_model(with_vocabulary(k_tok_bin_size + 3), tokenizer);
    ASSERT_EQ(larger->warnings.size(), 1u);
    EXPECT_THAT(larger->warnings[0], HasSubstr("3 ids"));
    EXPECT_EQ(token_label(*larger, k_tok_bin_size + 2), "#263");

    const std::string message =
        message_of([&] { open_model(with_vocabulary(k_tok_bin_size - 1), tokenizer); });
    EXPECT_THAT(message, HasSubstr("tok.bin"));
    EXPECT_THAT(message, HasSubstr("at most d_vocab = 260"));
    EXPECT_THAT(message, HasSubstr("found 261"));
}

/// A tokenizer.json may have tokens above the model's rows: only they cannot be used.
TEST(Model, TokensAboveTheModelsRows) {
    const std::string tokenizer = scratch_file(
        "words.json",
        R"({"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 52, "c": 53}, "unk_token": "a"}})");
    const auto model = open_model(saved_preset("llama").path, tokenizer); // 53 rows
    ASSERT_EQ(model->warnings.size(), 1u);
    EXPECT_THAT(model->warnings[0],
                HasSubstr("1 of its 54 tokens, such as 'c', cannot be used: the model has 53"));
    EXPECT_EQ(encode_prompt(*model, "b"), std::vector{52});
    const std::string message = message_of([&] { encode_prompt(*model, "c"); });
    EXPECT_THAT(message, HasSubstr("'c', which is token 53"));
}

TEST(Model, TokensWithoutTokenizerAreNumbers) {
    const auto model = open_model(saved_preset("llama").path, "");
    EXPECT_EQ(model->tokenizer, nullptr);
    EXPECT_EQ(token_label(*model, 17), "#17");
    EXPECT_EQ(parse_token_ids(*model, " 1,2  3,\n\t52,,0 "), (std::vector{1, 2, 3, 52, 0}));
    EXPECT_TRUE(parse_token_ids(*model, "").empty());
    EXPECT_EQ(encode_prompt(*model, "7 8"), (std::vector{7, 8}));
    for (const char* bad : {"1;2", "0x1", "+1", "1 2e0", "53", "2147483648", "-0x", "18446744073709551617"}) {
        const std::string message = message_of([&] { parse_token_ids(*model, bad); });
        EXPECT_THAT(message, HasSubstr("token ids")) << bad;
        EXPECT_THAT(message, HasSubstr("found '")) << bad;
    }
    EXPECT_LT(message_of([&] { parse_token_ids(*model, std::string(100000, '9')); }).size(), 300u);
}

TEST(Model, TheTokenizersBosGoesBeforeTheConfigs) {
    const std::string tokenizer = scratch_file("tok.bin", tok_bin_contents());
    const SavedModel& model =
        saved_llama("bos_7", [](ModelConfig& c) { c.d_vocab = k_tok_bin_size, c.bos_id = 7; });
    EXPECT_EQ(bos_id(*open_model(model.path, tokenizer)), 1);
    EXPECT_EQ(bos_id(*open_model(model.path, "")), 7);
    EXPECT_EQ(encode_prompt(*open_model(model.path, ""), ""), std::vector{7});
    EXPECT_EQ(bos_id(*open_model(saved_preset("llama").path, "")), -1);
    EXPECT_THAT(message_of([&] { encode_prompt(*open_model(saved_preset("llama").path, ""), ""); }),
                HasSubstr("no BOS token"));
}

} // namespace
} // namespace gf::tests::model_test
