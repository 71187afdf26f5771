// validate() names the field that makes no sense; the names of enumerators and back.

#include "platform/error.h"
#include "support/random_model.h"

#include <gmock/gmock.h>

#include <functional>

namespace gf::tests::model_config_test {
namespace {

using ::testing::HasSubstr;
using Change = std::function<void(ModelConfig&)>;

Problem refusal(const ModelConfig& c) {
    try {
        validate(c, "model/config.json");
    } catch (const Error& e) {
        return e.problem();
    }
    return {};
}

TEST(Validate, AcceptsEveryPreset) {
    for (const Preset& p : presets()) EXPECT_NO_THROW(validate(p.config, "x")) << p.name;
}

void expect_refused(const char* of, const Change& change, const std::string& field,
                    const std::string& expected, const std::string& found) {
    ModelConfig c = preset(of).config;
    change(c);
    const Problem p = refusal(c);
    EXPECT_EQ(p.where, "model/config.json: " + field);
    EXPECT_EQ(p.expected, expected) << field;
    EXPECT_EQ(p.found, found) << field;
}

TEST(Validate, SizesFromOneToFarAboveAnyModel) {
    const struct {
        int ModelConfig::*field;
        const char* name;
        int most;
    } sizes[] = {{&ModelConfig::d_model, "d_model", 131072}, {&ModelConfig::n_layers, "n_layers", 4096},
                 {&ModelConfig::n_heads, "n_heads", 4096},   {&ModelConfig::n_kv_heads, "n_kv_heads", 4096},
                 {&ModelConfig::d_head, "d_head", 16384},    {&ModelConfig::d_mlp, "d_mlp", 1048576},
                 {&ModelConfig::n_ctx, "n_ctx", 16777216},   {&ModelConfig::d_vocab, "d_vocab", 16777216}};
    for (const auto& size : sizes)
        for (const int bad :
             {0, -1, size.most + 1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()})
            expect_refused(
                "llama", [&](ModelConfig& c) { c.*size.field = bad; }, size.name,
                "1 to " + std::to_string(size.most), std::to_string(bad));
    for (const auto& size : sizes) { // the ends themselves are fine
        if (size.field == &ModelConfig::n_kv_heads) continue;
        ModelConfig c = preset("llama").config;
        c.n_kv_heads = 1, c.*size.field = size.most;
        EXPECT_NO_THROW(validate(c, "x")) << size.name;
    }
}

TEST(Validate, Heads) {
    expect_refused(
        "llama", [](ModelConfig& c) { c.n_kv_heads = 4; }, "n_kv_heads", "a divisor of n_heads = 6", "4");
    expect_refused(
        "llama", [](ModelConfig& c) { c.n_kv_heads = 12; }, "n_kv_heads", "a divisor of n_heads = 6", "12");
    expect_refused(
        "llama", [](ModelConfig& c) { c.d_head = 7; }, "d_head", "an even number (RoPE rotates pairs)", "7");
    ModelConfig no_rope = preset("alibi").config;
    no_rope.d_head = 7;
    EXPECT_NO_THROW(validate(no_rope, "x"));
}

TEST(Validate, Numbers) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {-1e-5, 1.0, nan})
        expect_refused(
            "llama", [&](ModelConfig& c) { c.norm_eps = bad; }, "norm_eps", "0 to 1", std::to_string(bad));
    for (const double bad : {0.0, -1.0, 1e30, nan})
        expect_refused(
            "llama", [&](ModelConfig& c) { c.rope_theta = bad; }, "rope_theta", "a positive number",
            std::to_string(bad));
    expect_refused(
        "llama", [](ModelConfig& c) { c.rope_scaling = {.kind = RopeScalingKind::llama3, .factor = 0.5}; },
        "rope_scaling: factor", "a factor of 1 (none) or more", "0.500000");
    ModelConfig unused = preset("gpt2").config;
    unused.rope_theta = 0;
    EXPECT_NO_THROW(validate(unused, "x")) << "no RoPE, no base";
}

TEST(Validate, LayerGroups) {
    for (const int bad : {-1, 3})
        expect_refused(
            "llama", [&](ModelConfig& c) { c.n_layer_groups = bad; }, "n_layer_groups",
            "0 (no sharing) to n_layers = 2", std::to_string(bad));
}

TEST(Validate, MlpAndExperts) {
    expect_refused(
        "llama", [](ModelConfig& c) { c.n_experts = -1; }, "n_experts", "0 to 4096", "-1");
    expect_refused(
        "llama", [](ModelConfig& c) { c.n_experts = 4097; }, "n_experts", "0 to 4096", "4097");
    expect_refused(
        "attention_only", [](ModelConfig& c) { c.n_experts = 2, c.experts_per_token = 1; }, "n_experts",
        "0 in a model without MLP", "2");
    expect_refused(
        "mixtral", [](ModelConfig& c) { c.experts_per_token = 0; }, "experts_per_token", "1 to n_experts = 4",
        "0");
    expect_refused(
        "mixtral", [](ModelConfig& c) { c.experts_per_token = 5; }, "experts_per_token", "1 to n_experts = 4",
        "5");
    expect_refused(
        "llama", [](ModelConfig& c) { c.n_shared_experts = 1; }, "n_shared_experts",
        "0 in a model without experts", "1");
    expect_refused(
        "mixtral", [](ModelConfig& c) { c.n_shared_experts = -1; }, "n_shared_experts", "0 to 4096", "-1");
    expect_refused(
        "llama", [](ModelConfig& c) { c.router = RouterKind::sigmoid; }, "router",
        "softmax in a model without experts", "'sigmoid'");
    expect_refused(
        "gpt2", [](ModelConfig& c) { c.router_bias = true; }, "router_bias",
        "false in a model without experts", "true");
    expect_refused(
        "llama", [](ModelConfig& c) { c.renormalised_gates = false; }, "renormalised_gates",
        "true in a model without experts", "false");
    ModelConfig no_mlp = preset("attention_only").config;
    no_mlp.d_mlp = 0;
    EXPECT_NO_THROW(validate(no_mlp, "x"));
}

TEST(Validate, Window) {
    for (const int bad : {0, -4})
        expect_refused(
            "sliding_window", [&](ModelConfig& c) { c.window = bad; }, "window", "1 to 1073741824",
            std::to_string(bad));
    ModelConfig causal = preset("llama").config;
    causal.window = 0;
    EXPECT_NO_THROW(validate(causal, "x"));
}

TEST(Validate, OutputHeads) {
    for (const int bad : {0, -1, (1 << 20) + 1})
        expect_refused(
            "classes", [&](ModelConfig& c) { c.n_classes = bad; }, "n_classes", "1 to 1048576",
            std::to_string(bad));
    for (const char* name : {"classes", "mean_embedding", "headless"})
        expect_refused(
            name, [](ModelConfig& c) { c.tied_embeddings = true; }, "tied_embeddings",
            "false in a model without logits", "true");
}

TEST(Validate, BertNamesFitBertOnly) {
    const std::vector<Change> changes{[](ModelConfig& c) { c.norm_place = NormPlace::pre; },
                                      [](ModelConfig& c) { c.mask = MaskKind::causal; },
                                      [](ModelConfig& c) { c.embed_norm = false; },
                                      [](ModelConfig& c) { c.head = OutputHead::tokens; },
                                      [](ModelConfig& c) { c.positions = Positions::rope, c.d_head = 4; },
                                      [](ModelConfig& c) { c.n_layer_groups = 1; }};
    for (const Change& change : changes)
        expect_refused("bert", change, "tensor_names", "llama (bert names only fit BERT's architecture)",
                       "bert");
}

TEST(Validate, Gpt2NamesFitGpt2Only) {
    const std::vector<Change> changes{[](ModelConfig& c) { c.norm = NormKind::rms; },
                                      [](ModelConfig& c) { c.norm_place = NormPlace::post; },
                                      [](ModelConfig& c) { c.positions = Positions::sinusoidal; },
                                      [](ModelConfig& c) { c.mlp = MlpKind::gated; },
                                      [](ModelConfig& c) { c.n_experts = 2, c.experts_per_token = 1; },
                                      [](ModelConfig& c) { c.n_kv_heads = 2; },
                                      [](ModelConfig& c) { c.d_head = 6; },
                                      [](ModelConfig& c) { c.attn_qkv_bias = false; },
                                      [](ModelConfig& c) { c.attn_out_bias = false; },
                                      [](ModelConfig& c) { c.embed_norm = true; },
                                      [](ModelConfig& c) { c.head = OutputHead::masked_tokens; },
                                      [](ModelConfig& c) { c.n_layer_groups = 1; },
                                      [](ModelConfig& c) { c.mlp_bias = false; }};
    for (const Change& change : changes)
        expect_refused("gpt2", change, "tensor_names", "llama (gpt2 names only fit GPT-2's architecture)",
                       "gpt2");
    for (const Change& change : changes) { // under llama's names all of these can be built
        ModelConfig c = preset("gpt2").config;
        c.tensor_names = TensorNames::llama;
        change(c);
        EXPECT_NO_THROW(validate(c, "x"));
    }
}

template <class E>
void expect_words(const std::string& label, const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_EQ(name(static_cast<E>(i)), words[i]);
        EXPECT_EQ(from_name<E>(words[i], "x"), static_cast<E>(i));
    }
    for (const std::string wrong : {"", "Causal", "unheard-of"}) try {
            from_name<E>(wrong, "config.json");
            ADD_FAILURE() << wrong << " is no " << label;
        } catch (const Error& e) {
            EXPECT_EQ(e.problem().where, "config.json: " + label);
            EXPECT_EQ(e.problem().found, "'" + wrong + "'");
            for (const std::string& word : words) EXPECT_THAT(e.problem().expected, HasSubstr(word));
        }
}

TEST(Names, OfEnumeratorsBothWays) {
    expect_words<NormKind>("norm", {"layer", "rms"});
    expect_words<NormPlace>("norm_place", {"pre", "post"});
    expect_words<Positions>("positions", {"none", "learned", "sinusoidal", "rope", "alibi"});
    expect_words<RopePairs>("rope_pairs", {"interleaved", "half"});
    expect_words<RopeScalingKind>("rope_scaling",
                                  {"none", "linear", "dynamic", "llama3", "yarn", "longrope"});
    expect_words<Activation>("activation", {"gelu_tanh", "gelu", "silu", "relu"});
    expect_words<MlpKind>("mlp", {"none", "plain", "gated"});
    expect_words<MaskKind>("mask", {"causal", "bidirectional", "prefix", "sliding_window"});
    expect_words<TensorNames>("tensor_names", {"llama", "gpt2", "bert", "gpt_neo"});
    expect_words<OutputHead>("head", {"tokens", "masked_tokens", "classes", "embedding", "none"});
    expect_words<Pooling>("pooling", {"first", "mean", "last"});
    EXPECT_EQ(name(Positions::sinusoidal), "sinusoidal");
    EXPECT_EQ(name(MaskKind::sliding_window), "sliding_window");
    EXPECT_EQ(name(Activation::relu), "relu");
    EXPECT_EQ(name(MlpKind::gated), "gated");
}

TEST(Errors, SayWhereExpectedFoundAndRemedy) {
    EXPECT_STREQ(Error({"a.json", "x", "y", "do z"}).what(), "a.json: expected x; found y; do z");
    EXPECT_STREQ(Error({"a.json", "", "y", ""}).what(), "a.json: found y");
    EXPECT_STREQ(Error({"a.json", "", "", "do z"}).what(), "a.json: do z");
}

} // namespace
} // namespace gf::tests::model_config_test
