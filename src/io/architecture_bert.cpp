// BERT with its masked-token head: post-norm LayerNorm blocks that read in both directions, learned
// positions, biases everywhere. The engine has no token types (BERT's segments): every token of a single text
// has the first type, whose vector io/hf_load.cpp adds to the position embeddings.

#include "io/architectures.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

ModelConfig read_bert(ConfigKeys& keys) {
    ModelConfig c;
    c.tensor_names = TensorNames::bert;
    c.norm = NormKind::layer;
    c.norm_place = NormPlace::post;
    c.positions = Positions::learned;
    c.mask = MaskKind::bidirectional;
    c.mlp = MlpKind::plain;
    c.head = OutputHead::masked_tokens;
    c.embed_norm = c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true;

    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_hidden_layers");
    c.n_heads = c.n_kv_heads = keys.size("num_attention_heads");
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({keys.where() + ": 'num_attention_heads'",
                     fmt::format("a divisor of hidden_size = {}", c.d_model), std::to_string(c.n_heads), ""});
    c.d_mlp = keys.size("intermediate_size");
    c.n_ctx = keys.size("max_position_embeddings");
    c.d_vocab = keys.size("vocab_size");
    c.activation = read_activation(keys, "hidden_act", "gelu");
    c.norm_eps = keys.number_or("layer_norm_eps", 1e-12);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);
    keys.size_or("type_vocab_size", 2); // read only to be checked
    keys.require_neutral("position_embedding_type", "absolute", "relative positions are not supported");
    keys.require_neutral("is_decoder", false, "a BERT that continues text is not supported");
    c.bos_id = keys.token_id("bos_token_id", -1, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", -1, c.d_vocab);
    return c;
}

nlohmann::json write_bert(const ModelConfig& c) {
    return {{"hidden_size", c.d_model},
            {"num_hidden_layers", c.n_layers},
            {"num_attention_heads", c.n_heads},
            {"intermediate_size", c.d_mlp},
            {"max_position_embeddings", c.n_ctx},
            {"vocab_size", c.d_vocab},
            {"type_vocab_size", 1},
            {"hidden_act", activation_word(c.activation)},
            {"layer_norm_eps", c.norm_eps},
            {"tie_word_embeddings", c.tied_embeddings},
            {"bos_token_id", token_json(c.bos_id)},
            {"eos_token_id", token_json(c.eos_id)}};
}

} // namespace gf
