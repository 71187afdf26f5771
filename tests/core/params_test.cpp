// The table of parameters: Hugging Face's names and shapes, spelled out, and what follows from the table.

#include "support/compare.h"
#include "support/random_model.h"

#include <map>
#include <numeric>
#include <set>

namespace gf::tests::params_test {
namespace {

using Expected = std::vector<std::pair<std::string, std::vector<int>>>; ///< name, shape in the file

Expected in_file(const ModelConfig& c) {
    Expected found;
    for (const ParamRow& r : param_table(c)) found.emplace_back(r.name, r.file_shape());
    return found;
}

ModelConfig one_layer(const char* name) {
    ModelConfig c = preset(name).config;
    c.n_layers = 1;
    return c;
}

// transformers' LlamaForCausalLM; d_model 24, 6 heads and 2 key-value heads of 8, d_mlp 40
TEST(ParamTable, Llama) {
    EXPECT_EQ(in_file(one_layer("llama")), (Expected{{"model.embed_tokens.weight", {53, 24}},
                                                     {"model.layers.0.input_layernorm.weight", {24}},
                                                     {"model.layers.0.self_attn.q_proj.weight", {48, 24}},
                                                     {"model.layers.0.self_attn.k_proj.weight", {16, 24}},
                                                     {"model.layers.0.self_attn.v_proj.weight", {16, 24}},
                                                     {"model.layers.0.self_attn.o_proj.weight", {24, 48}},
                                                     {"model.layers.0.post_attention_layernorm.weight", {24}},
                                                     {"model.layers.0.mlp.gate_proj.weight", {40, 24}},
                                                     {"model.layers.0.mlp.up_proj.weight", {40, 24}},
                                                     {"model.layers.0.mlp.down_proj.weight", {24, 40}},
                                                     {"model.norm.weight", {24}},
                                                     {"lm_head.weight", {53, 24}}}));
}

TEST(ParamTable, LlamaWithBiases) { // attention_bias and mlp_bias
    ModelConfig c = one_layer("llama");
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = c.tied_embeddings = true;
    EXPECT_EQ(in_file(c), (Expected{{"model.embed_tokens.weight", {53, 24}},
                                    {"model.layers.0.input_layernorm.weight", {24}},
                                    {"model.layers.0.self_attn.q_proj.weight", {48, 24}},
                                    {"model.layers.0.self_attn.q_proj.bias", {48}},
                                    {"model.layers.0.self_attn.k_proj.weight", {16, 24}},
                                    {"model.layers.0.self_attn.k_proj.bias", {16}},
                                    {"model.layers.0.self_attn.v_proj.weight", {16, 24}},
                                    {"model.layers.0.self_attn.v_proj.bias", {16}},
                                    {"model.layers.0.self_attn.o_proj.weight", {24, 48}},
                                    {"model.layers.0.self_attn.o_proj.bias", {24}},
                                    {"model.layers.0.post_attention_layernorm.weight", {24}},
                                    {"model.layers.0.mlp.gate_proj.weight", {40, 24}},
                                    {"model.layers.0.mlp.gate_proj.bias", {40}},
                                    {"model.layers.0.mlp.up_proj.weight", {40, 24}},
                                    {"model.layers.0.mlp.up_proj.bias", {40}},
                                    {"model.layers.0.mlp.down_proj.weight", {24, 40}},
                                    {"model.layers.0.mlp.down_proj.bias", {24}},
                                    {"model.norm.weight", {24}}}));
}

// transformers' GPT2LMHeadModel, whose Conv1D matrices are [in, out]; d_model 20, d_mlp 37
TEST(ParamTable, Gpt2) {
    EXPECT_EQ(in_file(one_layer("gpt2")), (Expected{{"transformer.wte.weight", {53, 20}},
                                                    {"transformer.wpe.weight", {256, 20}},
                                                    {"transformer.h.0.ln_1.weight", {20}},
                                                    {"transformer.h.0.ln_1.bias", {20}},
                                                    {"transformer.h.0.attn.c_attn.weight", {20, 60}},
                                                    {"transformer.h.0.attn.c_attn.bias", {60}},
                                                    {"transformer.h.0.attn.c_proj.weight", {20, 20}},
                                                    {"transformer.h.0.attn.c_proj.bias", {20}},
                                                    {"transformer.h.0.ln_2.weight", {20}},
                                                    {"transformer.h.0.ln_2.bias", {20}},
                                                    {"transformer.h.0.mlp.c_fc.weight", {20, 37}},
                                                    {"transformer.h.0.mlp.c_fc.bias", {37}},
                                                    {"transformer.h.0.mlp.c_proj.weight", {37, 20}},
                                                    {"transformer.h.0.mlp.c_proj.bias", {20}},
                                                    {"transformer.ln_f.weight", {20}},
                                                    {"transformer.ln_f.bias", {20}}}));
}

// transformers' BertForMaskedLM; d_model 20, d_mlp 37
TEST(ParamTable, Bert) {
    EXPECT_EQ(in_file(one_layer("bert")),
              (Expected{{"bert.embeddings.word_embeddings.weight", {53, 20}},
                        {"bert.embeddings.position_embeddings.weight", {256, 20}},
                        {"bert.embeddings.LayerNorm.weight", {20}},
                        {"bert.embeddings.LayerNorm.bias", {20}},
                        {"bert.encoder.layer.0.attention.output.LayerNorm.weight", {20}},
                        {"bert.encoder.layer.0.attention.output.LayerNorm.bias", {20}},
                        {"bert.encoder.layer.0.attention.self.query.weight", {20, 20}},
                        {"bert.encoder.layer.0.attention.self.query.bias", {20}},
                        {"bert.encoder.layer.0.attention.self.key.weight", {20, 20}},
                        {"bert.encoder.layer.0.attention.self.key.bias", {20}},
                        {"bert.encoder.layer.0.attention.self.value.weight", {20, 20}},
                        {"bert.encoder.layer.0.attention.self.value.bias", {20}},
                        {"bert.encoder.layer.0.attention.output.dense.weight", {20, 20}},
                        {"bert.encoder.layer.0.attention.output.dense.bias", {20}},
                        {"bert.encoder.layer.0.output.LayerNorm.weight", {20}},
                        {"bert.encoder.layer.0.output.LayerNorm.bias", {20}},
                        {"bert.encoder.layer.0.intermediate.dense.weight", {37, 20}},
                        {"bert.encoder.layer.0.intermediate.dense.bias", {37}},
                        {"bert.encoder.layer.0.output.dense.weight", {20, 37}},
                        {"bert.encoder.layer.0.output.dense.bias", {20}},
                        {"cls.predictions.transform.dense.weight", {20, 20}},
                        {"cls.predictions.transform.dense.bias", {20}},
                        {"cls.predictions.transform.LayerNorm.weight", {20}},
                        {"cls.predictions.transform.LayerNorm.bias", {20}},
                        {"cls.predictions.bias", {53}}}));
}

// transformers' MixtralForCausalLM: w1 is the gate, w3 the other factor, w2 the way out
TEST(ParamTable, Mixtral) {
    ModelConfig c = one_layer("mixtral");
    c.n_experts = 2;
    EXPECT_EQ(in_file(c), (Expected{{"model.embed_tokens.weight", {53, 24}},
                                    {"model.layers.0.input_layernorm.weight", {24}},
                                    {"model.layers.0.self_attn.q_proj.weight", {48, 24}},
                                    {"model.layers.0.self_attn.k_proj.weight", {16, 24}},
                                    {"model.layers.0.self_attn.v_proj.weight", {16, 24}},
                                    {"model.layers.0.self_attn.o_proj.weight", {24, 48}},
                                    {"model.layers.0.post_attention_layernorm.weight", {24}},
                                    {"model.layers.0.block_sparse_moe.gate.weight", {2, 24}},
                                    {"model.layers.0.block_sparse_moe.experts.0.w1.weight", {23, 24}},
                                    {"model.layers.0.block_sparse_moe.experts.0.w3.weight", {23, 24}},
                                    {"model.layers.0.block_sparse_moe.experts.0.w2.weight", {24, 23}},
                                    {"model.layers.0.block_sparse_moe.experts.1.w1.weight", {23, 24}},
                                    {"model.layers.0.block_sparse_moe.experts.1.w3.weight", {23, 24}},
                                    {"model.layers.0.block_sparse_moe.experts.1.w2.weight", {24, 23}},
                                    {"model.norm.weight", {24}},
                                    {"lm_head.weight", {53, 24}}}));
    for (const ParamRow& r : param_table(c)) {
        EXPECT_EQ(r.name.ends_with("w1.weight"), r.role == Role::mlp_in) << r.name;
        EXPECT_EQ(r.name.ends_with("w3.weight"), r.role == Role::mlp_up) << r.name;
        EXPECT_EQ(r.expert, r.name.find("experts.1") != std::string::npos   ? 1
                            : r.name.find("experts.0") != std::string::npos ? 0
                                                                            : -1)
            << r.name;
    }
}

TEST(ParamTable, CountIsTheSumForEveryPreset) {
    for (const Preset& p : presets()) {
        std::size_t sum = 0;
        std::set<std::string> names;
        for (const ParamRow& r : param_table(p.config)) {
            EXPECT_EQ(r.offset, sum) << p.name << ": rows lie end to end";
            sum += r.size();
            EXPECT_TRUE(names.insert(r.name).second) << r.name << " twice";
        }
        EXPECT_EQ(param_count(p.config), sum) << p.name;
        EXPECT_EQ(Weights(p.config).size(), sum) << p.name;
    }
}

TEST(ParamTable, CountsOfPublishedModels) {
    ModelConfig gpt2 = preset("gpt2").config; // GPT-2 of 124 million parameters
    gpt2.d_model = 768, gpt2.n_layers = 12, gpt2.n_heads = gpt2.n_kv_heads = 12, gpt2.d_head = 64,
    gpt2.d_mlp = 3072, gpt2.n_ctx = 1024, gpt2.d_vocab = 50257;
    EXPECT_EQ(param_count(gpt2), 124439808u);
    // bert-base-uncased as BertForMaskedLM, without its second token type
    ModelConfig bert = preset("bert").config;
    bert.d_model = 768, bert.n_layers = 12, bert.n_heads = bert.n_kv_heads = 12, bert.d_head = 64,
    bert.d_mlp = 3072, bert.n_ctx = 512, bert.d_vocab = 30522;
    EXPECT_EQ(param_count(bert), 109514298u - 2 * 768);
    ModelConfig llama = preset("llama").config; // Llama 2 7B
    llama.d_model = 4096, llama.n_layers = 32, llama.n_heads = llama.n_kv_heads = 32, llama.d_head = 128,
    llama.d_mlp = 11008, llama.d_vocab = 32000;
    EXPECT_EQ(param_count(llama), 6738415616u);
    ModelConfig mixtral = preset("mixtral").config; // Mixtral 8x7B
    mixtral.d_model = 4096, mixtral.n_layers = 32, mixtral.n_heads = 32, mixtral.n_kv_heads = 8,
    mixtral.d_head = 128, mixtral.d_mlp = 14336;
    mixtral.d_vocab = 32000, mixtral.n_experts = 8;
    EXPECT_EQ(param_count(mixtral), 46702792704u);
    ModelConfig stories = llama; // stories260K of llama2.c
    stories.d_model = 64, stories.n_layers = 5, stories.n_heads = 8, stories.n_kv_heads = 4,
    stories.d_head = 8, stories.d_mlp = 172, stories.d_vocab = 512;
    stories.tied_embeddings = true;
    EXPECT_EQ(param_count(stories), 260032u);
}

TEST(ParamTable, CountSaturates) {
    ModelConfig c = preset("mixtral").config;
    c.d_model = 1 << 17, c.n_layers = 1 << 12, c.d_mlp = 1 << 20, c.n_experts = 1 << 12;
    EXPECT_EQ(param_count(c), std::numeric_limits<std::size_t>::max());
}

TEST(ParamTable, OnlyMatricesDecay) {
    for (const Preset& p : presets())
        for (const ParamRow& r : param_table(p.config)) {
            EXPECT_EQ(r.decay, r.shape.size() == 2) << r.name;
            EXPECT_TRUE(!r.file_transposed || r.shape.size() == 2) << r.name;
            const bool gain = r.role == Role::ln1_gain || r.role == Role::ln2_gain ||
                              r.role == Role::ln_final_gain || r.role == Role::embed_ln_gain ||
                              r.role == Role::mlm_ln_gain || r.role == Role::ln_cross_gain ||
                              r.role == Role::ln1_post_gain || r.role == Role::ln2_post_gain ||
                              r.role == Role::q_norm_gain || r.role == Role::k_norm_gain;
            const bool is_one = gain && p.config.gain_offset == 0; // else the offset is what makes it 1
            EXPECT_EQ(r.init == Init::ones, is_one) << r.name;
            EXPECT_EQ(r.init == Init::zeros, r.shape.size() == 1 && !is_one) << r.name;
        }
}

TEST(Randomize, FollowsTheInitRules) {
    for (const auto& [name, normal] : {std::pair{"gpt2", k_init_deviation}, std::pair{"wide", 0.1}}) {
        Weights w(preset(name).config);
        randomize(w, 5, normal);
        for (const ParamRow& r : w.table) {
            const real* p = w.values(r);
            double mean = 0, squares = 0;
            for (std::size_t i = 0; i < r.size(); ++i) mean += p[i], squares += double(p[i]) * p[i];
            const double n = double(r.size());
            mean /= n;
            if (r.init == Init::zeros || r.init == Init::ones) {
                EXPECT_EQ(mean, r.init == Init::ones ? 1 : 0) << r.name;
                EXPECT_NEAR(squares / n, mean, 0) << r.name;
                continue;
            }
            const double deviation =
                r.init == Init::normal ? normal : normal / std::sqrt(2.0 * w.config.n_layers);
            EXPECT_NEAR(mean, 0, 5 * deviation / std::sqrt(n)) << r.name;
            EXPECT_NEAR(std::sqrt(squares / n), deviation, 5 * deviation / std::sqrt(2 * n)) << r.name;
        }
        Weights same(w.config), other(w.config);
        randomize(same, 5, normal), randomize(other, 6, normal);
        const auto all = [](const Weights& x) { return std::span(x.values(x.table[0]), x.size()); };
        EXPECT_TRUE(std::ranges::equal(all(same), all(w)));
        EXPECT_FALSE(std::ranges::equal(all(other), all(w)));
    }
}

TEST(Weights, TiedUnembeddingFollowsTheEmbedding) {
    const ModelConfig c = preset("gpt2").config;
    const auto w = random_weights(c);
    const auto check = [&] {
        for (int v = 0; v < c.d_vocab; ++v)
            for (int i = 0; i < c.d_model; ++i)
                ASSERT_EQ(w->unembed.data[i * w->unembed.stride + v], w->embed[v * c.d_model + i]);
    };
    check();
    w->values(w->table[0])[5 * c.d_model + 3] = 42;
    w->refresh();
    check();
    EXPECT_EQ(w->unembed.data[3 * w->unembed.stride + 5], 42);
}

TEST(Weights, ClonesAreIndependent) {
    for (const Preset& p : presets()) {
        const auto original = random_weights(p.config);
        const auto copy = clone(*original);
        const std::vector<int> tokens = random_tokens(p.config, 6);
        const auto before = run(original, tokens, p.n_prefix);
        for (const ParamRow& r : copy->table) std::fill_n(copy->values(r), r.size(), real(0.5));
        copy->refresh();
        EXPECT_TRUE(same_rows(*run(original, tokens, p.n_prefix), 0, *before, 0, 6, 0)) << p.name;
        EXPECT_TRUE(same_rows(*run(std::shared_ptr<const Weights>(clone(*original)), tokens, p.n_prefix), 0,
                              *before, 0, 6, 0))
            << p.name;
    }
}

TEST(Weights, FindByName) {
    const Weights w(preset("llama").config);
    ASSERT_NE(w.find("model.layers.1.mlp.up_proj.weight"), nullptr);
    EXPECT_EQ(w.find("model.layers.1.mlp.up_proj.weight")->role, Role::mlp_up);
    EXPECT_EQ(w.find("model.layers.1.mlp.up_proj.weight")->layer, 1);
    EXPECT_EQ(w.find("model.layers.2.mlp.up_proj.weight"), nullptr);
    EXPECT_EQ(w.find(""), nullptr);
}

} // namespace
} // namespace gf::tests::params_test
