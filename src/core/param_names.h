#pragma once
// What the families of models call their parameters in files. Used by the table of parameters only.

#include "core/params.h"

namespace gf {

/// The pieces of which names consist, without ".weight" and ".bias"; the defaults are Llama's, and for what
/// Llama does not have those of families that do (Qwen3, GLM-4, BART, gpt-oss).
struct ParamNames {
    const char* stem = "model.";
    const char* embed = "embed_tokens";
    const char* pos_embed = "embed_positions";
    const char* position_bias = "relative_attention_bias";
    const char* embed_norm = "embed_layernorm";
    const char *encoder = "encoder.", *decoder = "decoder."; ///< the stacks of an encoder-decoder
    const char* block = "layers.";
    const char *norm1 = "input_layernorm", *norm1_post = "post_self_attn_layernorm";
    const char* qkv = ""; ///< where they are side by side
    const char *q = "self_attn.q_proj", *k = "self_attn.k_proj", *v = "self_attn.v_proj";
    const char *q_norm = "self_attn.q_norm", *k_norm = "self_attn.k_norm";
    const char* sink = "self_attn.sinks"; ///< the whole name
    const char* attn_out = "self_attn.o_proj";
    const char* norm_cross = "encoder_attn_layer_norm";
    const char *cross_q = "encoder_attn.q_proj", *cross_k = "encoder_attn.k_proj",
               *cross_v = "encoder_attn.v_proj", *cross_attn_out = "encoder_attn.o_proj";
    const char *norm2 = "post_attention_layernorm", *norm2_post = "post_mlp_layernorm";
    const char* gate_up = ""; ///< where they are side by side
    const char *gate = "mlp.gate_proj", *up = "mlp.up_proj", *down = "mlp.down_proj";
    const char* plain = "mlp.up_proj"; ///< the first matrix of an MLP that is not gated
    const char* norm_final = "norm";
    const char *mlm_dense = "mlm_head.dense", *mlm_norm = "mlm_head.layernorm";
    const char *unembed = "lm_head.weight", *unembed_bias = "lm_head.bias"; ///< whole names
    bool conv1d = false;       ///< matrices are [in, out] in files (GPT-2)
    bool qkv_by_heads = false; ///< see ParamRow::file_heads
};

/// The names of a family; T5's differ between the stacks.
const ParamNames& param_names(TensorNames family, Stack stack);

} // namespace gf
