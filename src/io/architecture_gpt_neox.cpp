// GPT-NeoX (Black et al. 2022), of which Pythia are, and Phi-1 and -2 (Li et al. 2023): LayerNorm, attention
// and MLP side by side, RoPE that turns a part of each head, biases everywhere. NeoX has a norm for each of
// the two, Phi one for both.

#include "io/architectures.h"
#include "io/rope_keys.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

constexpr RopeDefaults k_neox_rope{.theta_key = "rotary_emb_base", .share_key = "rotary_pct", .share = 0.25};
constexpr RopeDefaults k_phi_rope{.share_key = "partial_rotary_factor", .share = 0.5};

/// What the two families say with the same keys.
ModelConfig read_shape(ConfigKeys& keys, const char* activation) {
    ModelConfig c;
    c.norm = NormKind::layer;
    c.mlp = MlpKind::plain;
    c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true;
    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_hidden_layers");
    c.n_heads = c.n_kv_heads = keys.size("num_attention_heads");
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({keys.where() + ": 'num_attention_heads'",
                     fmt::format("a divisor of hidden_size = {}", c.d_model), std::to_string(c.n_heads), ""});
    c.d_mlp = keys.size_or("intermediate_size", 4 * c.d_model);
    c.n_ctx = keys.size_or("max_position_embeddings", 2048);
    c.d_vocab = keys.size("vocab_size");
    c.activation = read_activation(keys, "hidden_act", activation);
    c.norm_eps = keys.number_or("layer_norm_eps", 1e-5);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", false);
    return c;
}

json write_shape(const ModelConfig& c) {
    return {{"hidden_size", c.d_model},
            {"num_hidden_layers", c.n_layers},
            {"num_attention_heads", c.n_heads},
            {"intermediate_size", c.d_mlp},
            {"max_position_embeddings", c.n_ctx},
            {"vocab_size", c.d_vocab},
            {"hidden_act", activation_word(c.activation)},
            {"layer_norm_eps", c.norm_eps},
            {"tie_word_embeddings", c.tied_embeddings},
            {"bos_token_id", token_json(c.bos_id)},
            {"eos_token_id", token_json(c.eos_id)}};
}

} // namespace

ModelConfig read_gpt_neox(ConfigKeys& keys) {
    ModelConfig c = read_shape(keys, "gelu");
    c.tensor_names = TensorNames::gpt_neox;
    c.sublayers = keys.flag_or("use_parallel_residual", true) ? Sublayers::parallel : Sublayers::in_turn;
    c.attn_qkv_bias = c.attn_out_bias = keys.flag_or("attention_bias", true);
    RopeDefaults rope = k_neox_rope;
    if (keys.has("rope_theta")) rope.theta_key = "rope_theta"; // some configs have both
    if (keys.has("rope_theta") && keys.has("rotary_emb_base") &&
        keys.number_or("rope_theta", 0) != keys.number_or("rotary_emb_base", 0))
        throw Error({keys.where() + ": 'rope_theta'", "the base that rotary_emb_base says", "another one",
                     "remove the wrong one"});
    read_rope(keys, rope, c);
    c.bos_id = keys.token_id("bos_token_id", 0, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 2, c.d_vocab);
    return c;
}

json write_gpt_neox(const ModelConfig& c) {
    json object = write_shape(c);
    object["use_parallel_residual"] = c.is_parallel();
    object["attention_bias"] = c.attn_qkv_bias;
    write_rope(c, k_neox_rope, object);
    return object;
}

ModelConfig read_phi(ConfigKeys& keys) {
    ModelConfig c = read_shape(keys, "gelu_new");
    c.tensor_names = TensorNames::phi;
    c.sublayers = Sublayers::parallel_shared;
    c.unembed_bias = true;
    c.n_kv_heads = keys.size_or("num_key_value_heads", c.n_heads);
    keys.require_neutral("qk_layernorm", false, "norms of queries and keys with biases are not supported");
    if (keys.has("auto_map"))
        keys.note("'auto_map' names code that came with the model; it is not run, since it does what is done "
                  "here");
    read_rope(keys, k_phi_rope, c);
    c.bos_id = keys.token_id("bos_token_id", 1, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 2, c.d_vocab);
    return c;
}

json write_phi(const ModelConfig& c) {
    json object = write_shape(c);
    object["num_key_value_heads"] = c.n_kv_heads;
    write_rope(c, k_phi_rope, object);
    return object;
}

} // namespace gf
