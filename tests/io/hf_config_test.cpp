// config.json as public models have it: what is read, what is refused, and how it is written.

#include "io/hub_configs.h"
#include "io/support.h"

namespace gf::tests::hf_config_test {
namespace {

using nlohmann::json;
using namespace hub;

TEST(HfConfig, Gpt2) {
    ModelConfig expected;
    expected.d_model = 768, expected.n_layers = 12, expected.n_heads = expected.n_kv_heads = 12,
    expected.d_head = 64;
    expected.d_mlp = 3072, expected.n_ctx = 1024, expected.d_vocab = 50257,
    expected.bos_id = expected.eos_id = 50256;
    expected.norm = NormKind::layer, expected.norm_eps = 1e-5, expected.positions = Positions::learned;
    expected.mlp = MlpKind::plain, expected.activation = Activation::gelu_tanh,
    expected.tied_embeddings = true;
    expected.attn_qkv_bias = expected.attn_out_bias = expected.mlp_bias = true,
    expected.tensor_names = TensorNames::gpt2;
    EXPECT_EQ(parse(k_gpt2), expected);
}

TEST(HfConfig, Gpt2WithoutScaledScores) {
    const ModelConfig unscaled = parse(changed(k_gpt2, [](json& o) { o["scale_attn_weights"] = false; }));
    EXPECT_EQ(unscaled.score_scale(), 1);
    EXPECT_EQ(parse(hf_config_text(unscaled)), unscaled);
}

TEST(HfConfig, Bert) {
    ModelConfig expected;
    expected.d_model = 768, expected.n_layers = 12, expected.n_heads = expected.n_kv_heads = 12,
    expected.d_head = 64;
    expected.d_mlp = 3072, expected.n_ctx = 512, expected.d_vocab = 30522;
    expected.norm = NormKind::layer, expected.norm_place = NormPlace::post, expected.norm_eps = 1e-12;
    expected.positions = Positions::learned, expected.mask = MaskKind::bidirectional,
    expected.mlp = MlpKind::plain;
    expected.activation = Activation::gelu, expected.tied_embeddings = expected.embed_norm = true;
    expected.attn_qkv_bias = expected.attn_out_bias = expected.mlp_bias = true,
    expected.tensor_names = TensorNames::bert;
    expected.head = OutputHead::masked_tokens;
    EXPECT_EQ(parse(k_bert), expected);
}

TEST(HfConfig, Llama) {
    ModelConfig expected;
    expected.d_model = 2048, expected.n_layers = 16, expected.n_heads = 32, expected.n_kv_heads = 8,
    expected.d_head = 64;
    expected.d_mlp = 8192, expected.n_ctx = 131072, expected.d_vocab = 128256, expected.bos_id = 128000,
    expected.eos_id = 128001;
    expected.norm_eps = 1e-5, expected.rope_theta = 5e5, expected.rope_pairs = RopePairs::half,
    expected.tied_embeddings = true;
    EXPECT_EQ(parse(k_llama), expected);
}

TEST(HfConfig, MistralAndMixtral) {
    ModelConfig expected;
    expected.d_model = 4096, expected.n_layers = 32, expected.n_heads = 32, expected.n_kv_heads = 8,
    expected.d_head = 128;
    expected.d_mlp = 14336, expected.n_ctx = 32768, expected.d_vocab = 32000, expected.bos_id = 1,
    expected.eos_id = 2;
    ModelConfig mistral = expected;
    mistral.mask = MaskKind::sliding_window, mistral.window = 4096;
    EXPECT_EQ(parse(k_mistral), mistral);
    ModelConfig mixtral = expected;
    mixtral.rope_theta = 1e6, mixtral.n_experts = 8, mixtral.experts_per_token = 2;
    EXPECT_EQ(parse(k_mixtral), mixtral);
}

TEST(HfConfig, AbsentKeysHaveTheArchitecturesDefaults) {
    const auto without = [](const char* text, std::initializer_list<const char*> keys) {
        return parse(changed(text, [&](json& o) {
            for (const char* key : keys) o.erase(key);
        }));
    };
    const ModelConfig llama =
        without(k_llama, {"num_key_value_heads", "rope_theta", "rms_norm_eps", "head_dim", "eos_token_id",
                          "tie_word_embeddings", "architectures", "hidden_act"});
    EXPECT_EQ(llama.n_kv_heads, 32);
    EXPECT_EQ(llama.rope_theta, 1e4);
    EXPECT_EQ(llama.norm_eps, 1e-6);
    EXPECT_EQ(llama.d_head, 64);
    EXPECT_EQ(llama.eos_id, 2);
    EXPECT_FALSE(llama.tied_embeddings);
    const ModelConfig mistral = without(k_mistral, {"num_key_value_heads", "sliding_window", "model_type"});
    EXPECT_EQ(mistral.n_kv_heads, 8);
    EXPECT_EQ(mistral.window, 4096);
    EXPECT_EQ(without(k_mixtral, {"rope_theta"}).rope_theta, 1e6);
    EXPECT_EQ(without(k_mixtral, {"num_local_experts", "num_experts_per_tok"}).n_experts, 8);
    EXPECT_EQ(without(k_gpt2, {"layer_norm_epsilon", "bos_token_id"}), parse(k_gpt2));
    const std::string small = changed(
        k_gpt2, [](json& o) { o.erase("bos_token_id"), o["eos_token_id"] = nullptr, o["vocab_size"] = 10; });
    EXPECT_EQ(parse(small).bos_id, -1) << "the default id is not in the vocabulary";
    EXPECT_EQ(parse(small).eos_id, -1);
}

TEST(HfConfig, NullsMeanTheArchitecturesFormula) {
    const auto with_null = [](const char* text, const char* key) {
        return parse(changed(text, [&](json& o) { o[key] = nullptr; }));
    };
    EXPECT_EQ(with_null(k_mistral, "num_key_value_heads").n_kv_heads, 32);
    EXPECT_EQ(with_null(k_mistral, "sliding_window").mask, MaskKind::causal);
    EXPECT_EQ(with_null(k_mistral, "sliding_window").window, 0);
    EXPECT_EQ(with_null(k_llama, "head_dim").d_head, 64);
    EXPECT_EQ(with_null(k_gpt2, "n_inner").d_mlp, 3072);
    EXPECT_EQ(with_null(k_gpt2, "bos_token_id").bos_id, -1);
}

TEST(HfConfig, NewerRopeParameters) {
    const ModelConfig c = parse(changed(k_llama, [](json& o) {
        o.erase("rope_theta");
        o["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 1234.5}};
    }));
    EXPECT_EQ(c.rope_theta, 1234.5);
}

TEST(HfConfig, HeadsNeedNotDivideWhereTheirSizeIsGiven) {
    EXPECT_EQ(parse(changed(k_llama, [](json& o) { o["num_attention_heads"] = 24; })).d_q(), 24 * 64);
}

struct BadKey {
    const char* name;
    const char* config;
    std::function<void(json&)> change;
    Words words;
};

void PrintTo(const BadKey& bad, std::ostream* out) { *out << bad.name; }

class BadConfig : public testing::TestWithParam<BadKey> {};

TEST_P(BadConfig, IsRefusedWithReason) {
    const std::string text = changed(GetParam().config, GetParam().change);
    const Problem problem = problem_of([&] { parse(text); });
    expect_words(problem, GetParam().words);
    EXPECT_THAT(problem.where, testing::StartsWith("config.json"));
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, BadConfig,
    testing::Values(
        BadKey{"zero", k_llama, set("hidden_size", 0), {"'hidden_size'", "[1, 268435456]", "0", ""}},
        BadKey{"negative", k_gpt2, set("n_layer", -3), {"'n_layer'", "[1, 268435456]", "-3", ""}},
        BadKey{"huge",
               k_llama,
               set("vocab_size", 1ll << 40),
               {"'vocab_size'", "[1, 268435456]", "1099511627776", ""}},
        BadKey{"above_any_model",
               k_llama,
               set("num_hidden_layers", 1 << 27),
               {"n_layers", "1 to", "134217728", ""}},
        BadKey{"beyond_64_bits",
               k_llama,
               set("vocab_size", 1e300),
               {"'vocab_size'", "an integer", "1e+300", ""}},
        BadKey{"text",
               k_llama,
               set("vocab_size", "32000"),
               {"'vocab_size'", "an integer", "string \"32000\"", ""}},
        BadKey{"fraction", k_mistral, set("hidden_size", 64.5), {"'hidden_size'", "an integer", "64.5", ""}},
        BadKey{"missing",
               k_mistral,
               erase("num_hidden_layers"),
               {"'num_hidden_layers'", "a value", "no such key", ""}},
        BadKey{"heads_llama",
               k_mistral,
               set("num_attention_heads", 24),
               {"'num_attention_heads'", "a divisor of hidden_size = 4096", "24", "head_dim"}},
        BadKey{"heads_gpt2", k_gpt2, set("n_head", 11), {"'n_head'", "a divisor of n_embd = 768", "11", ""}},
        BadKey{"kv_heads",
               k_llama,
               set("num_key_value_heads", 5),
               {"n_kv_heads", "a divisor of n_heads = 32", "5", ""}},
        BadKey{"odd_heads", k_llama, set("head_dim", 63), {"d_head", "even", "63", ""}},
        BadKey{"experts",
               k_mixtral,
               set("num_experts_per_tok", 9),
               {"experts_per_token", "1 to n_experts = 8", "9", ""}},
        BadKey{"eos_list",
               k_llama,
               set("eos_token_id", {"x"}),
               {"'eos_token_id'", "an integer", "string \"x\"", ""}},
        BadKey{"epsilon", k_llama, set("rms_norm_eps", -1), {"norm_eps", "0 to 1", "-1", ""}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Mathematics, BadConfig,
    testing::Values(
        BadKey{"rope_scaling_text",
               k_llama,
               set("rope_scaling", "x"),
               {"'rope_scaling'", "an object", "\"x\"", ""}},
        BadKey{"two_bases",
               k_llama,
               set("rope_parameters", {{"rope_theta", 7}}),
               {"'rope_parameters'", "500000", "7", "remove"}},
        BadKey{"activation",
               k_llama,
               set("hidden_act", "quick_gelu"),
               {"'hidden_act'", "silu, swish, relu, gelu", "'quick_gelu'", "supported"}},
        BadKey{"unscaled",
               k_gpt2,
               set("scale_attn_weights", "no"),
               {"'scale_attn_weights'", "true or false", "\"no\"", ""}},
        BadKey{"by_layer",
               k_gpt2,
               set("scale_attn_by_inverse_layer_idx", true),
               {"'scale_attn_by_inverse_layer_idx'", "false", "true", "not supported"}},
        BadKey{"partial",
               k_llama,
               set("partial_rotary_factor", 0.5),
               {"'partial_rotary_factor'", "1", "0.5", "not supported"}},
        BadKey{"quantized",
               k_llama,
               set("quantization_config", {{"bits", 4}}),
               {"'quantization_config'", "null", "object of 1 keys", "F32, F16 or BF16"}},
        BadKey{"logit_scale",
               k_llama,
               set("logit_scale", 0.0625),
               {"'logit_scale'", "1", "0.0625", "not supported"}},
        BadKey{"window_of_llama",
               k_llama,
               set("sliding_window", 512),
               {"'sliding_window'", "null", "512", "this family has none"}},
        BadKey{"bias_of_mistral",
               k_mistral,
               set("attention_bias", true),
               {"'attention_bias'", "false", "true", "no such choice"}},
        BadKey{"encoder_decoder",
               k_llama,
               set("is_encoder_decoder", true),
               {"'is_encoder_decoder'", "false", "true", "not supported"}},
        BadKey{"relative",
               k_bert,
               set("position_embedding_type", "relative_key"),
               {"'position_embedding_type'", "\"absolute\"", "\"relative_key\"", "not supported"}},
        BadKey{
            "decoder", k_bert, set("is_decoder", true), {"'is_decoder'", "false", "true", "not supported"}},
        BadKey{"bert_of_another_head",
               k_bert,
               set("architectures", {"BertForSequenceClassification"}),
               {"'architectures'", "BertForMaskedLM, BertForPreTraining, BertModel",
                "'BertForSequenceClassification'", "models-you-can-open"}},
        BadKey{"own_code",
               k_llama,
               set("auto_map", {{"AutoModel", "x.Y"}}),
               {"'auto_map'", "null", "object", "code"}},
        BadKey{"type",
               k_llama,
               set("model_type", "falcon"),
               {"'model_type'", "bert, distilbert, gemma", "'falcon'", "models-you-can-open"}},
        BadKey{
            "class",
            k_llama,
            set("architectures", {"LlamaForSequenceClassification"}),
            {"'architectures'", "LlamaForCausalLM", "LlamaForSequenceClassification", "models-you-can-open"}},
        BadKey{"classes",
               k_llama,
               set("architectures", {"A", "B"}),
               {"'architectures'", "one name", "[\"A\",\"B\"]", ""}},
        BadKey{"no_type",
               k_llama,
               [](json& o) {
                   o = {{"hidden_size", 4}};
               },
               {"'model_type'", "gpt2, gpt_neo", "no such key", ""}},
        BadKey{"types_of_layers",
               k_mistral,
               [](json& o) { o["layer_types"] = {"full_attention"}; },
               {"'layer_types'", "each of num_hidden_layers = 32", "1", ""}},
        BadKey{"type_of_layer",
               k_llama,
               [](json& o) { o["num_hidden_layers"] = 1, o["layer_types"] = {"linear_attention"}; },
               {"'layer_types'", "full_attention or sliding_attention", "linear_attention", "supported"}},
        BadKey{"window_of_layer",
               k_llama,
               [](json& o) { o["num_hidden_layers"] = 1, o["layer_types"] = {"sliding_attention"}; },
               {"'layer_types'", "no sliding_window", "sliding_attention", ""}},
        BadKey{"interleaved",
               k_llama,
               set("rope_interleaved", true),
               {"'rope_interleaved'", "false", "true", "--ignore-config-key rope_interleaved"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(HfConfig, TextThatIsNoObject) {
    expect_words(problem_of([] { parse("[1, 2]"); }), {"config.json", "object", "array of 2", ""});
    expect_words(problem_of([] { parse("{\"model_type\": \"llama\","); }),
                 {"config.json", "JSON", "at byte", "damaged"});
    expect_words(problem_of([] { parse(std::string(1'000'000, '[')); }),
                 {"config.json", "nesting", "more", "damaged"});
    expect_words(problem_of([] { parse("{\"a\": 1e999}"); }), {"config.json", "JSON", "", "damaged"});
}

TEST(HfConfig, OwnFormatNamesEveryField) {
    for (const NamedConfig& m : tiny_models()) {
        const json object = json::parse(hf_config_text(m.config));
        EXPECT_EQ(object.at("model_type"), m.model_type) << m.name;
        EXPECT_EQ(parse(object.dump()), m.config) << m.name;
    }
    const json own = json::parse(hf_config_text(tiny_config("attention_only_post_norm")));
    for (const char* key : {"d_model",
                            "n_layers",
                            "n_heads",
                            "n_kv_heads",
                            "d_head",
                            "d_mlp",
                            "n_ctx",
                            "d_vocab",
                            "norm",
                            "norm_place",
                            "norm_eps",
                            "positions",
                            "rope_pairs",
                            "rope_theta",
                            "mask",
                            "window",
                            "mlp",
                            "activation",
                            "n_experts",
                            "experts_per_token",
                            "tied_embeddings",
                            "attn_qkv_bias",
                            "attn_out_bias",
                            "mlp_bias",
                            "tensor_names",
                            "bos_id",
                            "eos_id",
                            "n_layer_groups",
                            "head",
                            "pooling",
                            "n_classes",
                            "embed_norm",
                            "gain_offset",
                            "embed_scale",
                            "attn_scale",
                            "n_shared_experts",
                            "router",
                            "router_bias",
                            "renormalised_gates"})
        EXPECT_TRUE(own.contains(key)) << key;
    EXPECT_EQ(own.at("norm_place"), "post");
}

TEST(HfConfig, OwnFormatRefusesWords) {
    const std::string own = hf_config_text(tiny_config("interleaved"));
    const std::string bad_word = changed(own.c_str(), set("norm", "batch"));
    expect_words(problem_of([&] { parse(bad_word); }), {"norm", "layer, rms", "'batch'", ""});
    const std::string bad_key = changed(own.c_str(), set("d_modle", 3));
    expect_words(problem_of([&] { parse(bad_key); }),
                 {"'d_modle'", "nearest: 'd_model'", "3", "mathematics"});
    const std::string no_size = changed(own.c_str(), erase("d_model"));
    expect_words(problem_of([&] { parse(no_size); }), {"d_model", "1 to", "0", ""});
}

TEST(HfConfig, HubConfigsSurviveWriting) {
    for (const char* text : {k_gpt2, k_bert, k_llama, k_mistral, k_mixtral}) {
        const ModelConfig c = parse(text);
        EXPECT_EQ(parse(hf_config_text(c)), c);
        EXPECT_EQ(json::parse(hf_config_text(c)).at("architectures"), json::parse(text).at("architectures"));
    }
}

} // namespace
} // namespace gf::tests::hf_config_test
