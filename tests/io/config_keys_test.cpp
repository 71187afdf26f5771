// The keys of config.json that no family reads: which are harmless, which are refused, which a person may
// have ignored; token ids that mean none; layers of several types.

#include "io/hub_configs.h"
#include "io/support.h"

namespace gf::tests::config_keys_test {
namespace {

using nlohmann::json;
using namespace hub;

/// What reading a config says, in one text.
std::string notices_of(const std::string& text, const std::vector<std::string>& ignored_keys = {}) {
    ConfigReading reading{ignored_keys, {}};
    parse_hf_config(text, "config.json", &reading);
    std::string all;
    for (const std::string& notice : reading.notices) all += notice + "\n";
    return all;
}

TEST(HfConfig, UnknownKeysAreListedOnce) {
    EXPECT_EQ(notices_of(k_llama), "");
    const std::string notices = notices_of(changed(k_llama, [](json& o) {
        o["my_dataset"] = "tales", o["num_key_value_head"] = 4, o["made_by"] = {{"name", "me"}};
    }));
    EXPECT_EQ(notices, "config.json: these keys are not known here and left out: 'made_by', 'my_dataset', "
                       "'num_key_value_head'\n");
}

TEST(HfConfig, SuspiciousKeysAreRefusedUnlessTheirValueSaysNothing) {
    for (const char* key :
         {"my_rope",       "scaler",        "mult_of",         "pre_norm",   "attn_kind",   "cross_attention",
          "softener",      "logit_cap",     "with_bias",       "window_of",  "pattern",     "parallel_blocks",
          "residual_kind", "position_kind", "n_expert_groups", "moe_layers", "router_kind", "activation_kind",
          "shared_kv",     "sinks",         "MyNormKind"}) {
        for (const json& silent :
             {json(), json(false), json(0), json(1), json(1.0), json(""), json::array(), json::object()})
            EXPECT_THAT(notices_of(changed(k_llama, set(key, silent))), testing::HasSubstr(key));
        for (const json& value : {json(true), json(2), json(0.5), json("x"), json({0}), json({{"a", 0}})}) {
            const std::string text = changed(k_llama, set(key, value));
            expect_words(problem_of([&] { parse(text); }), {"'" + std::string(key) + "'", "nearest: ", "",
                                                            "--ignore-config-key " + std::string(key)});
            EXPECT_THAT(notices_of(text, {key}), testing::HasSubstr("is ignored, as asked"));
            EXPECT_EQ(parse_ignoring(text, {key}), parse(k_llama));
        }
    }
    for (const char* key : {"residual_dropout", "attention_dropout_prob", "my_attn_dropout"})
        EXPECT_EQ(notices_of(changed(k_llama, set(key, 0.1))), "") << "dropout matters in training only";
}

TEST(HfConfig, KeysThatChangeTheMathematicsMayBeIgnoredToo) {
    const std::string text = changed(k_llama, set("auto_map", {{"AutoModel", "x.Y"}}));
    expect_words(problem_of([&] { parse(text); }),
                 {"'auto_map'", "null", "object", "--ignore-config-key auto_map"});
    EXPECT_EQ(parse_ignoring(text, {"auto_map"}), parse(k_llama));
    const std::string scaled =
        changed(k_llama, set("rope_scaling", {{"type", "linear"}, {"factor", 2}, {"mrope_section", {1}}}));
    EXPECT_EQ(parse_ignoring(scaled, {"rope_scaling.mrope_section"}).rope_scaling.factor, 2);
    EXPECT_EQ(parse_ignoring(scaled, {"rope_scaling"}), parse(k_llama));
    EXPECT_EQ(notices_of(k_llama, {"not_there", "not.there", "model_type.x"}), "");
}

TEST(HfConfig, TokenIdsOutsideTheVocabularyMeanNone) {
    const auto with_eos = [](const json& id) { return changed(k_mistral, set("eos_token_id", id)); };
    EXPECT_EQ(parse(with_eos(32000)).eos_id, -1);
    EXPECT_EQ(notices_of(with_eos(32000)), "config.json: 'eos_token_id' is 32000, outside the vocabulary of "
                                           "32000: the model has no such token\n");
    EXPECT_EQ(parse(with_eos({50000, 7, 8})).eos_id, 7);
    EXPECT_EQ(notices_of(with_eos({50000, 7, 8})), "");
    for (const json& none : {json(-1), json(), json::array()}) {
        EXPECT_EQ(parse(with_eos(none)).eos_id, -1);
        EXPECT_EQ(notices_of(with_eos(none)), "");
    }
    EXPECT_EQ(parse(with_eos(-7)).eos_id, -1);
    EXPECT_THAT(notices_of(with_eos(-7)), testing::HasSubstr("-7"));
}

TEST(HfConfig, LayersMayDifferInTheirWindow) {
    const auto types = [](const char* config, std::vector<std::string> list, int window) {
        return parse(changed(config, [&](json& o) {
            o["num_hidden_layers"] = list.size(), o["layer_types"] = list;
            if (window > 0) o["sliding_window"] = window;
        }));
    };
    const std::string full = "full_attention", sliding = "sliding_attention";
    EXPECT_EQ(types(k_llama, {full, full}, 0).mask, MaskKind::causal);
    EXPECT_EQ(types(k_mistral, {full, full}, 64).mask, MaskKind::causal);
    EXPECT_EQ(types(k_mistral, {sliding, sliding}, 64).window, 64);
    const ModelConfig mixed = types(k_mistral, {full, sliding, full}, 64);
    EXPECT_EQ(mixed.layer_windows, (std::vector{0, 64, 0}));
    EXPECT_EQ(mixed.layer(1).mask, MaskKind::sliding_window);
    EXPECT_EQ(mixed.layer(1).window, 64);
    EXPECT_EQ(mixed.layer(2).mask, MaskKind::causal);
    EXPECT_EQ(parse(hf_config_text(mixed)), mixed);
    // Qwen2 says it by the first layer that has a window.
    const auto qwen = [](bool use, int first) {
        return parse(changed(k_mistral, [&](json& o) {
            o["model_type"] = "qwen2", o["architectures"] = {"Qwen2ForCausalLM"}, o["num_hidden_layers"] = 3,
            o["use_sliding_window"] = use, o["sliding_window"] = 64, o["max_window_layers"] = first;
        }));
    };
    EXPECT_EQ(qwen(false, 2).mask, MaskKind::causal);
    EXPECT_EQ(qwen(true, 2).layer_windows, (std::vector{0, 0, 64}));
    EXPECT_EQ(qwen(true, 0).window, 64);
    EXPECT_EQ(qwen(true, 3).mask, MaskKind::causal);
    EXPECT_TRUE(qwen(true, 1).attn_qkv_bias);
    for (const ModelConfig& c : {qwen(false, 2), qwen(true, 2), qwen(true, 0), qwen(true, 3)})
        EXPECT_EQ(json::parse(hf_config_text(c))["model_type"], "qwen2");
}

TEST(HfConfig, GptNeoListsItsLayersInTwoWays) {
    const auto neo = [](const std::function<void(json&)>& change) {
        json o = {{"model_type", "gpt_neo"},       {"hidden_size", 12}, {"num_layers", 4}, {"num_heads", 3},
                  {"max_position_embeddings", 24}, {"vocab_size", 11},  {"window_size", 4}};
        change(o);
        return o.dump();
    };
    const std::vector<int> in_turn{0, 4, 0, 4};
    EXPECT_EQ(parse(neo([](json&) {})).layer_windows, in_turn);
    EXPECT_EQ(parse(neo([](json& o) {
                  o["attention_types"] = {{{"global", "local"}, 2}};
              })).layer_windows,
              in_turn);
    const auto layers = [](json& o) { o["attention_layers"] = {"local", "global", "global", "local"}; };
    const ModelConfig c = parse(neo(layers));
    EXPECT_EQ(c.layer_windows, (std::vector{4, 0, 0, 4}));
    EXPECT_EQ(c.attn_scale, 1);
    EXPECT_EQ(parse(hf_config_text(c)), c);
    EXPECT_EQ(json::parse(hf_config_text(c))["model_type"], "gpt_neo");
    EXPECT_EQ(parse(neo([](json& o) {
                  o["attention_types"] = {{{"global"}, 4}};
              })).layer_windows,
              std::vector<int>());
    expect_words(problem_of([&] {
                     parse(neo([&](json& o) { layers(o), o["attention_types"] = {{{"global"}, 4}}; }));
                 }),
                 {"'attention_types'", "attention_layers lists", "others", "wrong key"});
    for (const json& bad : {json({{{"global"}, 3}}), json({{{"sparse"}, 4}}), json({"global", 4}),
                            json({{{}, 4}}), json({{{"global"}, 1 << 30}}), json({{{"global"}, -4}})})
        EXPECT_THROW(parse(neo([&](json& o) { o["attention_types"] = bad; })), Error) << bad;
}

TEST(HfConfig, GemmasGeluIsTheApproximation) {
    const auto gemma = [](const std::function<void(json&)>& change) {
        json o = {{"model_type", "gemma"},         {"hidden_size", 16},        {"num_hidden_layers", 2},
                  {"intermediate_size", 24},       {"num_attention_heads", 4}, {"num_key_value_heads", 1},
                  {"max_position_embeddings", 32}, {"vocab_size", 10}};
        change(o);
        return o.dump();
    };
    const ModelConfig c = parse(gemma([](json&) {}));
    EXPECT_EQ(c.d_head, 256);
    EXPECT_EQ(c.gain_offset, 1);
    EXPECT_EQ(c.embed_scale, 4);
    EXPECT_TRUE(c.tied_embeddings);
    EXPECT_EQ(c.activation, Activation::gelu_tanh);
    const std::string older = gemma(set("hidden_act", "gelu"));
    EXPECT_EQ(parse(older).activation, Activation::gelu_tanh);
    EXPECT_THAT(notices_of(older), testing::HasSubstr("gelu_pytorch_tanh"));
    EXPECT_EQ(parse(gemma(set("hidden_activation", "relu"))).activation, Activation::relu);
}

TEST(HfConfig, WithoutNamesTheKeysTellTheFamily) {
    const auto unnamed = [](const char* config) {
        return changed(config, [](json& o) { o.erase("model_type"), o.erase("architectures"); });
    };
    for (const char* config : {k_gpt2, k_llama, k_mistral, k_mixtral, k_bert}) {
        EXPECT_EQ(parse(unnamed(config)), parse(config));
        EXPECT_THAT(
            notices_of(unnamed(config)),
            testing::HasSubstr("read as '" + json::parse(config)["model_type"].get<std::string>() + "'"));
    }
    const std::string empty_list = changed(k_llama, set("architectures", json::array()));
    EXPECT_EQ(parse(empty_list), parse(k_llama));
}

} // namespace
} // namespace gf::tests::config_keys_test
