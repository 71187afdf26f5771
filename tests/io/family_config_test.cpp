// Configs of further families as their publishers store them, and what they leave out.

#include "hub_configs.h"
#include "io/hf_config.h"
#include "io/support.h"

#include <gmock/gmock.h>

#include <cmath>

namespace gf::tests::family_config_test {
namespace {

using nlohmann::json;
using testing::ElementsAre;

ModelConfig parse(const json& object, std::vector<std::string>* notices = nullptr) {
    ConfigReading reading;
    const ModelConfig config = parse_hf_config(object.dump(), "config.json", &reading);
    if (notices) *notices = reading.notices;
    return config;
}

json with(json object, const json& changes) {
    object.update(changes);
    return object;
}

const json k_pythia = json::parse(R"({
    "architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu",
    "hidden_size": 512, "initializer_range": 0.02, "intermediate_size": 2048, "layer_norm_eps": 1e-05,
    "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": 8,
    "num_hidden_layers": 6, "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false,
    "torch_dtype": "float16", "transformers_version": "4.24.0", "use_cache": true,
    "use_parallel_residual": true, "vocab_size": 50304})");
const json k_qwen3 = json::parse(R"({
    "architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
    "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu",
    "hidden_size": 1024, "initializer_range": 0.02, "intermediate_size": 3072,
    "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
    "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
    "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
    "torch_dtype": "bfloat16", "transformers_version": "4.51.0", "use_cache": true,
    "use_sliding_window": false, "vocab_size": 151936})");
const json k_gemma3 = json::parse(R"({
    "_sliding_window_pattern": 6, "architectures": ["Gemma3ForCausalLM"], "attention_bias": false,
    "attention_dropout": 0.0, "attn_logit_softcapping": null, "bos_token_id": 2, "eos_token_id": 1,
    "final_logit_softcapping": null, "head_dim": 256, "hidden_activation": "gelu_pytorch_tanh",
    "hidden_size": 640, "initializer_range": 0.02, "intermediate_size": 2048,
    "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention",
                    "sliding_attention", "full_attention"],
    "max_position_embeddings": 32768, "model_type": "gemma3_text", "num_attention_heads": 4,
    "num_hidden_layers": 6, "num_key_value_heads": 1, "pad_token_id": 0, "query_pre_attn_scalar": 256,
    "rms_norm_eps": 1e-06, "rope_local_base_freq": 10000.0, "rope_scaling": null, "rope_theta": 1000000.0,
    "sliding_window": 512, "torch_dtype": "bfloat16", "transformers_version": "4.55.0.dev0",
    "use_bidirectional_attention": false, "use_cache": true, "vocab_size": 262144})");
const json k_smollm3 = json::parse(R"({
    "architectures": ["SmolLM3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
    "bos_token_id": 128000, "eos_token_id": 128012, "hidden_act": "silu", "hidden_size": 2048,
    "initializer_range": 0.02, "intermediate_size": 11008,
    "layer_types": ["full_attention", "full_attention", "full_attention", "full_attention"],
    "max_position_embeddings": 65536, "max_window_layers": 28, "mlp_bias": false, "model_type": "smollm3",
    "no_rope_layer_interval": 4, "no_rope_layers": [1, 1, 1, 0], "num_attention_heads": 16,
    "num_hidden_layers": 4, "num_key_value_heads": 4, "pad_token_id": 128012, "pretraining_tp": 2,
    "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 5000000.0, "sliding_window": null,
    "torch_dtype": "bfloat16", "transformers_version": "4.54.0.dev0", "use_cache": false,
    "use_sliding_window": false, "vocab_size": 128256})");

TEST(FamilyConfig, PythiaIsParallelAndTurnsAQuarterOfEachHead) {
    std::vector<std::string> notices;
    const ModelConfig c = parse(k_pythia, &notices);
    EXPECT_THAT(notices, testing::IsEmpty());
    EXPECT_EQ(c.sublayers, Sublayers::parallel);
    EXPECT_EQ(c.d_rotary, 16);
    EXPECT_EQ(c.norm, NormKind::layer);
    EXPECT_EQ(c.tensor_names, TensorNames::gpt_neox);
    EXPECT_TRUE(c.attn_qkv_bias && c.attn_out_bias && c.mlp_bias && !c.tied_embeddings);
    // Version 5 of the library keeps base and share in one object; what is absent has a default.
    json newer = k_pythia;
    newer.erase("rotary_emb_base"), newer.erase("rotary_pct"), newer.erase("use_parallel_residual");
    EXPECT_EQ(parse(newer), c);
    newer["rope_parameters"] = {
        {"rope_type", "default"}, {"rope_theta", 500}, {"partial_rotary_factor", 0.5}};
    EXPECT_EQ(parse(newer).d_rotary, 32);
    EXPECT_EQ(parse(newer).rope_theta, 500);
    // Version 4.45 and later say both twice.
    EXPECT_EQ(parse(with(k_pythia, {{"partial_rotary_factor", 0.25}, {"rope_theta", 10000}})), c);
    EXPECT_EQ(parse(with(k_pythia, {{"use_parallel_residual", false}})).sublayers, Sublayers::in_turn);
    EXPECT_EQ(parse(with(k_pythia, {{"rotary_pct", 1.0}})).d_rotary, 0) << "whole heads";
}

TEST(FamilyConfig, Qwen3NormalisesQueriesAndKeys) {
    const ModelConfig c = parse(k_qwen3);
    EXPECT_EQ(c.qk_norm, QkNorm::heads);
    EXPECT_EQ(c.d_head, 128);
    EXPECT_FALSE(c.attn_qkv_bias);
    EXPECT_TRUE(c.tied_embeddings);
    json bare = k_qwen3;
    for (const char* key : {"head_dim", "tie_word_embeddings", "rope_theta"}) bare.erase(key);
    EXPECT_EQ(parse(bare).d_head, 128);
    EXPECT_EQ(parse(bare).rope_theta, 1e4);
    EXPECT_FALSE(parse(bare).tied_embeddings);
}

TEST(FamilyConfig, Gemma3HasTwoBasesAndNormsOnBothSides) {
    const ModelConfig c = parse(k_gemma3);
    EXPECT_EQ(c.norm_place, NormPlace::both);
    EXPECT_EQ(c.qk_norm, QkNorm::heads);
    EXPECT_EQ(c.gain_offset, 1);
    EXPECT_EQ(c.attn_scale, 0) << "256 is d_head";
    EXPECT_THAT(c.layer_windows, ElementsAre(512, 512, 512, 512, 512, 0));
    EXPECT_EQ(c.layer(0).rope_theta, 1e4);
    EXPECT_EQ(c.layer(5).rope_theta, 1e6);
    EXPECT_TRUE(c.tied_embeddings);
    json bare = k_gemma3;
    for (const char* key :
         {"layer_types", "rope_local_base_freq", "rope_theta", "head_dim", "query_pre_attn_scalar"})
        bare.erase(key);
    EXPECT_EQ(parse(bare), c) << "the defaults say the same";
    json newer = bare;
    newer["rope_parameters"] = {
        {"full_attention", {{"rope_type", "linear"}, {"factor", 8.0}, {"rope_theta", 2e6}}},
        {"sliding_attention", {{"rope_type", "default"}, {"rope_theta", 500.0}}}};
    const ModelConfig n = parse(newer);
    EXPECT_EQ(n.layer(0).rope_theta, 500);
    EXPECT_EQ(n.layer(0).rope_scaling->kind, RopeScalingKind::none);
    EXPECT_EQ(n.layer(5).rope_theta, 2e6);
    EXPECT_EQ(n.layer(5).rope_scaling->factor, 8);
}

TEST(FamilyConfig, Gemma2CapsUnlessItSaysNull) {
    json gemma2 = k_gemma3;
    for (const char* key :
         {"layer_types", "_sliding_window_pattern", "rope_local_base_freq", "attn_logit_softcapping",
          "final_logit_softcapping", "use_bidirectional_attention"})
        gemma2.erase(key);
    gemma2 = with(gemma2, {{"model_type", "gemma2"}, {"architectures", {"Gemma2ForCausalLM"}}});
    const ModelConfig c = parse(gemma2);
    EXPECT_EQ(c.score_cap, 50);
    EXPECT_EQ(c.logit_cap, 30);
    EXPECT_THAT(c.layer_windows, ElementsAre(512, 0, 512, 0, 512, 0));
    EXPECT_EQ(c.qk_norm, QkNorm::none);
    const ModelConfig without =
        parse(with(gemma2, {{"attn_logit_softcapping", nullptr}, {"final_logit_softcapping", nullptr}}));
    EXPECT_EQ(without.score_cap, 0);
    EXPECT_EQ(without.logit_cap, 0);
    EXPECT_EQ(parse(with(gemma2, {{"sliding_window_size", gemma2["sliding_window"]}})), c) << "as of 9B";
    EXPECT_DOUBLE_EQ(parse(with(gemma2, {{"query_pre_attn_scalar", 144}})).attn_scale, 1.0 / 12);
}

TEST(FamilyConfig, SmolLM3HasLayersWithoutPositions) {
    const ModelConfig c = parse(k_smollm3);
    EXPECT_THAT(c.layer_rope, ElementsAre(1, 1, 1, 0));
    EXPECT_EQ(c.layer(3).positions, Positions::none);
    EXPECT_TRUE(c.tied_embeddings);
    json bare = k_smollm3;
    bare.erase("no_rope_layers"), bare.erase("layer_types"), bare.erase("rope_theta");
    EXPECT_THAT(parse(bare).layer_rope, ElementsAre(1, 1, 1, 0));
    EXPECT_EQ(parse(bare).rope_theta, 2e6);
}

TEST(FamilyConfig, EveryFamilySaysItselfAgain) {
    for (const json& object : {k_pythia, k_qwen3, k_gemma3, k_smollm3}) {
        const json written = json::parse(hf_config_text(parse(object)));
        EXPECT_EQ(written["model_type"], object["model_type"]);
        EXPECT_EQ(parse(written), parse(object)) << written.dump(1);
    }
}

TEST(FamilyConfig, WhatIsNotSupportedIsRefused) {
    const auto problem = [](const json& object) { return problem_of([&] { parse(object); }); };
    expect_words(problem(with(k_pythia, {{"rotary_pct", 0.05}})), {"'rotary_pct'", "even", "0.05", ""});
    expect_words(problem(with(k_gemma3, {{"attn_logit_softcapping", 50.0}})),
                 {"'attn_logit_softcapping'", "null", "50", "caps no scores"});
    expect_words(problem(with(k_gemma3, {{"use_bidirectional_attention", true}})),
                 {"'use_bidirectional_attention'", "false", "true", "both ways"});
    expect_words(problem(with(k_smollm3, {{"no_rope_layers", {1, 0}}})),
                 {"'no_rope_layers'", "num_hidden_layers = 4", "2", ""});
}

} // namespace
} // namespace gf::tests::family_config_test
