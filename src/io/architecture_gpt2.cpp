// GPT-2: LayerNorm with bias, learned positions, a plain MLP, biases everywhere.

#include "io/architectures.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

ModelConfig read_gpt2(ConfigKeys& keys) {
    ModelConfig c;
    c.tensor_names = TensorNames::gpt2;
    c.norm = NormKind::layer;
    c.positions = Positions::learned;
    c.mlp = MlpKind::plain;
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true;

    c.d_model = keys.size("n_embd");
    c.n_layers = keys.size("n_layer");
    c.n_heads = c.n_kv_heads = keys.size("n_head");
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({keys.where() + ": 'n_head'", fmt::format("a divisor of n_embd = {}", c.d_model),
                     std::to_string(c.n_heads), ""});
    c.n_ctx = keys.size("n_positions");
    c.d_vocab = keys.size("vocab_size");
    c.d_mlp = keys.size_or("n_inner", 4 * c.d_model);

    c.activation = read_activation(keys, "activation_function", "gelu_new");
    c.norm_eps = keys.number_or("layer_norm_epsilon", 1e-5);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);
    keys.contains("n_ctx"); // an old name of n_positions, which transformers does not read any more
    if (!keys.flag_or("scale_attn_weights", true)) c.attn_scale = 1;
    keys.require_neutral("scale_attn_by_inverse_layer_idx", false,
                         "attention scores scaled by layer are not supported");
    c.bos_id = keys.token_id("bos_token_id", 50256, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 50256, c.d_vocab);
    return c;
}

nlohmann::json write_gpt2(const ModelConfig& c) {
    return {{"n_embd", c.d_model},
            {"n_layer", c.n_layers},
            {"n_head", c.n_heads},
            {"n_positions", c.n_ctx},
            {"vocab_size", c.d_vocab},
            {"n_inner", c.d_mlp},
            {"activation_function", activation_word(c.activation)},
            {"layer_norm_epsilon", c.norm_eps},
            {"tie_word_embeddings", c.tied_embeddings},
            {"scale_attn_weights", c.attn_scale == 0},
            {"bos_token_id", token_json(c.bos_id)},
            {"eos_token_id", token_json(c.eos_id)}};
}

} // namespace gf
