#include "core/param_names.h"

namespace gf {
namespace {

constexpr ParamNames k_llama{};
constexpr ParamNames k_gpt2{.stem = "transformer.",
                            .embed = "wte",
                            .pos_embed = "wpe",
                            .block = "h.",
                            .norm1 = "ln_1",
                            .qkv = "attn.c_attn",
                            .attn_out = "attn.c_proj",
                            .norm2 = "ln_2",
                            .down = "mlp.c_proj",
                            .plain = "mlp.c_fc",
                            .norm_final = "ln_f",
                            .conv1d = true};
constexpr ParamNames k_gpt_neo{.stem = "transformer.",
                               .embed = "wte",
                               .pos_embed = "wpe",
                               .block = "h.",
                               .norm1 = "ln_1",
                               .q = "attn.attention.q_proj",
                               .k = "attn.attention.k_proj",
                               .v = "attn.attention.v_proj",
                               .attn_out = "attn.attention.out_proj",
                               .norm2 = "ln_2",
                               .down = "mlp.c_proj",
                               .plain = "mlp.c_fc",
                               .norm_final = "ln_f"};
constexpr ParamNames k_gpt_neox{.stem = "gpt_neox.",
                                .embed = "embed_in",
                                .qkv = "attention.query_key_value",
                                .attn_out = "attention.dense",
                                .down = "mlp.dense_4h_to_h",
                                .plain = "mlp.dense_h_to_4h",
                                .norm_final = "final_layer_norm",
                                .unembed = "embed_out.weight",
                                .unembed_bias = "embed_out.bias",
                                .qkv_by_heads = true};
constexpr ParamNames k_opt{.stem = "model.decoder.",
                           .norm1 = "self_attn_layer_norm",
                           .attn_out = "self_attn.out_proj",
                           .norm2 = "final_layer_norm",
                           .down = "fc2",
                           .plain = "fc1",
                           .norm_final = "final_layer_norm"};
constexpr ParamNames k_phi{
    .attn_out = "self_attn.dense", .down = "mlp.fc2", .plain = "mlp.fc1", .norm_final = "final_layernorm"};
constexpr ParamNames k_phi3{.qkv = "self_attn.qkv_proj", .gate_up = "mlp.gate_up_proj"};
constexpr ParamNames k_gemma2{.norm1_post = "post_attention_layernorm",
                              .norm2 = "pre_feedforward_layernorm",
                              .norm2_post = "post_feedforward_layernorm"};
constexpr ParamNames k_olmo2{.norm1_post = "post_attention_layernorm",
                             .norm2_post = "post_feedforward_layernorm"};
constexpr ParamNames bert_names(const char* stem) {
    return {.stem = stem,
            .embed = "embeddings.word_embeddings",
            .pos_embed = "embeddings.position_embeddings",
            .embed_norm = "embeddings.LayerNorm",
            .block = "encoder.layer.",
            .norm1 = "attention.output.LayerNorm",
            .q = "attention.self.query",
            .k = "attention.self.key",
            .v = "attention.self.value",
            .attn_out = "attention.output.dense",
            .norm2 = "output.LayerNorm",
            .down = "output.dense",
            .plain = "intermediate.dense",
            .mlm_dense = "cls.predictions.transform.dense",
            .mlm_norm = "cls.predictions.transform.LayerNorm",
            .unembed = "cls.predictions.decoder.weight",
            .unembed_bias = "cls.predictions.bias"};
}
constexpr ParamNames k_bert = bert_names("bert.");
constexpr ParamNames k_roberta = [] {
    ParamNames names = bert_names("roberta.");
    names.mlm_dense = "lm_head.dense", names.mlm_norm = "lm_head.layer_norm";
    names.unembed = "lm_head.decoder.weight", names.unembed_bias = "lm_head.bias";
    return names;
}();
constexpr ParamNames k_distilbert{.stem = "distilbert.",
                                  .embed = "embeddings.word_embeddings",
                                  .pos_embed = "embeddings.position_embeddings",
                                  .embed_norm = "embeddings.LayerNorm",
                                  .block = "transformer.layer.",
                                  .norm1 = "sa_layer_norm",
                                  .q = "attention.q_lin",
                                  .k = "attention.k_lin",
                                  .v = "attention.v_lin",
                                  .attn_out = "attention.out_lin",
                                  .norm2 = "output_layer_norm",
                                  .down = "ffn.lin2",
                                  .plain = "ffn.lin1",
                                  .mlm_dense = "vocab_transform",
                                  .mlm_norm = "vocab_layer_norm",
                                  .unembed = "vocab_projector.weight",
                                  .unembed_bias = "vocab_projector.bias"};
constexpr ParamNames k_t5_encoder{
    .stem = "",
    .position_bias = "block.0.layer.0.SelfAttention.relative_attention_bias",
    .block = "block.",
    .norm1 = "layer.0.layer_norm",
    .q = "layer.0.SelfAttention.q",
    .k = "layer.0.SelfAttention.k",
    .v = "layer.0.SelfAttention.v",
    .attn_out = "layer.0.SelfAttention.o",
    .norm_cross = "layer.1.layer_norm",
    .cross_q = "layer.1.EncDecAttention.q",
    .cross_k = "layer.1.EncDecAttention.k",
    .cross_v = "layer.1.EncDecAttention.v",
    .cross_attn_out = "layer.1.EncDecAttention.o",
    .norm2 = "layer.1.layer_norm",
    .gate = "layer.1.DenseReluDense.wi_0",
    .up = "layer.1.DenseReluDense.wi_1",
    .down = "layer.1.DenseReluDense.wo",
    .plain = "layer.1.DenseReluDense.wi",
    .norm_final = "final_layer_norm",
};
constexpr ParamNames k_t5_decoder = [] {
    ParamNames names = k_t5_encoder;
    names.norm2 = "layer.2.layer_norm", names.plain = "layer.2.DenseReluDense.wi";
    names.gate = "layer.2.DenseReluDense.wi_0", names.up = "layer.2.DenseReluDense.wi_1";
    names.down = "layer.2.DenseReluDense.wo";
    return names;
}();

} // namespace

const ParamNames& param_names(TensorNames family, Stack stack) {
    switch (family) {
    case TensorNames::gpt2: return k_gpt2;
    case TensorNames::bert: return k_bert;
    case TensorNames::gpt_neo: return k_gpt_neo;
    case TensorNames::gpt_neox: return k_gpt_neox;
    case TensorNames::opt: return k_opt;
    case TensorNames::phi: return k_phi;
    case TensorNames::phi3: return k_phi3;
    case TensorNames::gemma2: return k_gemma2;
    case TensorNames::olmo2: return k_olmo2;
    case TensorNames::roberta: return k_roberta;
    case TensorNames::distilbert: return k_distilbert;
    case TensorNames::t5: return stack == Stack::encoder ? k_t5_encoder : k_t5_decoder;
    case TensorNames::llama: break;
    }
    return k_llama;
}

} // namespace gf
