// OPT (Zhang et al. 2022): GPT-2's blocks with ReLU and projections of their own; its table of positions
// begins with two rows that no token has.

#include "io/architectures.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

ModelConfig read_opt(ConfigKeys& keys) {
    ModelConfig c;
    c.tensor_names = TensorNames::opt;
    c.norm = NormKind::layer;
    c.positions = Positions::learned;
    c.position_offset = 2;
    c.mlp = MlpKind::plain;
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true;

    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_hidden_layers");
    c.n_heads = c.n_kv_heads = keys.size("num_attention_heads");
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({keys.where() + ": 'num_attention_heads'",
                     fmt::format("a divisor of hidden_size = {}", c.d_model), std::to_string(c.n_heads), ""});
    c.d_mlp = keys.size_or("ffn_dim", 3072);
    c.n_ctx = keys.size_or("max_position_embeddings", 2048);
    c.d_vocab = keys.size("vocab_size");
    c.activation = read_activation(keys, "activation_function", "relu");
    if (!keys.flag_or("do_layer_norm_before", true)) c.norm_place = NormPlace::post;
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);
    keys.require_neutral("word_embed_proj_dim", c.d_model,
                         "embeddings of another width than the blocks are not supported");
    keys.require_neutral("enable_bias", true, "an OPT without biases is not supported");
    keys.require_neutral("layer_norm_elementwise_affine", true, "norms without gains are not supported");
    keys.require_neutral("_remove_final_layer_norm", false, "an OPT without a last norm is not supported");
    c.bos_id = keys.token_id("bos_token_id", 2, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 2, c.d_vocab);
    return c;
}

nlohmann::json write_opt(const ModelConfig& c) {
    return {{"hidden_size", c.d_model},
            {"word_embed_proj_dim", c.d_model},
            {"num_hidden_layers", c.n_layers},
            {"num_attention_heads", c.n_heads},
            {"ffn_dim", c.d_mlp},
            {"max_position_embeddings", c.n_ctx},
            {"vocab_size", c.d_vocab},
            {"activation_function", activation_word(c.activation)},
            {"do_layer_norm_before", !c.norms_stream()},
            {"tie_word_embeddings", c.tied_embeddings},
            {"bos_token_id", token_json(c.bos_id)},
            {"eos_token_id", token_json(c.eos_id)}};
}

} // namespace gf
