// T5 (Raffel et al. 2020): an encoder-decoder with RMSNorm whose scores are not scaled; distances between
// tokens have learned numbers, which all layers of a stack share.

#include "io/architectures.h"
#include "platform/error.h"

#include <cmath>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

/// The MLP as "feed_forward_proj" says it: "relu", or "gated-gelu" of T5 1.1 (Shazeer 2020).
void read_feed_forward(ConfigKeys& keys, ModelConfig& c) {
    std::string word = keys.word_or("feed_forward_proj", "relu");
    c.mlp = word.starts_with("gated-") ? MlpKind::gated : MlpKind::plain;
    if (c.mlp == MlpKind::gated) word = word.substr(6);
    if (c.mlp == MlpKind::gated && word == "gelu") word = "gelu_new"; // as in Hugging Face's library
    const json named{{"feed_forward_proj", word}};
    ConfigKeys inner(named, keys.where());
    c.activation = read_activation(inner, "feed_forward_proj", "relu");
    // Later configs say the same once more.
    keys.require_neutral("is_gated_act", c.mlp == MlpKind::gated, "feed_forward_proj says otherwise");
    if (keys.has("dense_act_fn") && read_activation(keys, "dense_act_fn", "") != c.activation)
        throw Error({keys.where() + ": 'dense_act_fn'", "the activation function of feed_forward_proj",
                     "another one", "remove the wrong one"});
}

} // namespace

ModelConfig read_t5(ConfigKeys& keys) {
    ModelConfig c;
    c.tensor_names = TensorNames::t5;
    c.positions = Positions::buckets;
    c.attn_scale = 1;

    c.d_model = keys.size("d_model");
    c.n_encoder_layers = keys.size("num_layers");
    c.n_layers = keys.size_or("num_decoder_layers", c.n_encoder_layers);
    c.n_heads = c.n_kv_heads = keys.size("num_heads");
    c.d_head = keys.size_or("d_kv", 64);
    c.d_mlp = keys.size_or("d_ff", 2048);
    c.n_ctx = keys.size_or("n_positions", 512);
    c.d_vocab = keys.size("vocab_size");
    c.n_buckets = keys.size_or("relative_attention_num_buckets", 32);
    c.bucket_max_distance = keys.size_or("relative_attention_max_distance", 128);
    c.norm_eps = keys.number_or("layer_norm_epsilon", 1e-6);
    read_feed_forward(keys, c);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);
    // With tied embeddings the decoder's output is made smaller before it.
    if (keys.flag_or("scale_decoder_outputs", c.tied_embeddings)) c.logit_scale = 1 / std::sqrt(c.d_model);
    keys.require_neutral("is_encoder_decoder", true, "a T5 of one stack is not supported");
    // Its texts begin with the padding token.
    const int pad = keys.token_id("pad_token_id", 0, c.d_vocab);
    c.bos_id = keys.token_id("decoder_start_token_id", pad, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 1, c.d_vocab);
    return c;
}

json write_t5(const ModelConfig& c) {
    std::string word(activation_word(c.activation));
    if (c.mlp == MlpKind::gated) word = "gated-" + (word == "gelu_new" ? "gelu" : word);
    return {{"d_model", c.d_model},
            {"num_layers", c.n_encoder_layers},
            {"num_decoder_layers", c.n_layers},
            {"num_heads", c.n_heads},
            {"d_kv", c.d_head},
            {"d_ff", c.d_mlp},
            {"n_positions", c.n_ctx},
            {"vocab_size", c.d_vocab},
            {"relative_attention_num_buckets", c.n_buckets},
            {"relative_attention_max_distance", c.bucket_max_distance},
            {"layer_norm_epsilon", c.norm_eps},
            {"feed_forward_proj", word},
            {"tie_word_embeddings", c.tied_embeddings},
            {"is_encoder_decoder", true},
            {"pad_token_id", token_json(c.bos_id)},
            {"decoder_start_token_id", token_json(c.bos_id)},
            {"eos_token_id", token_json(c.eos_id)}};
}

} // namespace gf
