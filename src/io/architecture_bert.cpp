// BERT with its masked-token head: post-norm LayerNorm blocks that read in both directions, learned
// positions, biases everywhere. The engine has no token types (BERT's segments): every token of a single text
// has the first type, whose vector io/hf_load.cpp adds to the position embeddings. RoBERTa's positions begin
// behind its padding token's id; DistilBERT has no token types and other words for everything.

#include "io/architectures.h"
#include "platform/error.h"

#include <fmt/format.h>

namespace gf {

namespace {

/// What a family calls the sizes, and the values that stand for absent keys.
struct BertKeys {
    TensorNames names;
    const char *d_model, *n_layers, *n_heads, *d_mlp, *activation;
    int n_ctx; ///< if the key is absent; 0: it must be there
    double norm_eps;
};
constexpr BertKeys k_bert_keys{TensorNames::bert,
                               "hidden_size",
                               "num_hidden_layers",
                               "num_attention_heads",
                               "intermediate_size",
                               "hidden_act",
                               0,
                               1e-12};
constexpr BertKeys k_roberta_keys{TensorNames::roberta,
                                  "hidden_size",
                                  "num_hidden_layers",
                                  "num_attention_heads",
                                  "intermediate_size",
                                  "hidden_act",
                                  512,
                                  1e-12};
constexpr BertKeys k_distilbert_keys{
    TensorNames::distilbert, "dim", "n_layers", "n_heads", "hidden_dim", "activation", 512, 1e-12};

ModelConfig read_berts(ConfigKeys& keys, const BertKeys& words) {
    ModelConfig c;
    c.tensor_names = words.names;
    c.norm = NormKind::layer;
    c.norm_place = NormPlace::post;
    c.positions = Positions::learned;
    c.mask = MaskKind::bidirectional;
    c.mlp = MlpKind::plain;
    c.head = OutputHead::masked_tokens;
    c.embed_norm = c.attn_qkv_bias = c.attn_out_bias = c.mlp_bias = true;

    c.d_model = keys.size(words.d_model);
    c.n_layers = keys.size(words.n_layers);
    c.n_heads = c.n_kv_heads = keys.size(words.n_heads);
    c.d_head = c.d_model / c.n_heads;
    if (c.d_q() != c.d_model)
        throw Error({fmt::format("{}: '{}'", keys.where(), words.n_heads),
                     fmt::format("a divisor of {} = {}", words.d_model, c.d_model), std::to_string(c.n_heads),
                     ""});
    c.d_mlp = keys.size(words.d_mlp);
    c.n_ctx = words.n_ctx > 0 ? keys.size_or("max_position_embeddings", words.n_ctx)
                              : keys.size("max_position_embeddings");
    c.d_vocab = keys.size("vocab_size");
    c.activation = read_activation(keys, words.activation, "gelu");
    c.norm_eps = words.names == TensorNames::distilbert ? words.norm_eps
                                                        : keys.number_or("layer_norm_eps", words.norm_eps);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", true);
    if (words.names != TensorNames::distilbert) keys.size_or("type_vocab_size", 2); // read to be checked
    keys.require_neutral("position_embedding_type", "absolute", "relative positions are not supported");
    keys.require_neutral("is_decoder", false, "a BERT that continues text is not supported");
    c.bos_id = keys.token_id("bos_token_id", -1, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", -1, c.d_vocab);
    return c;
}

nlohmann::json write_berts(const ModelConfig& c, const BertKeys& words) {
    nlohmann::json object = {{words.d_model, c.d_model},
                             {words.n_layers, c.n_layers},
                             {words.n_heads, c.n_heads},
                             {words.d_mlp, c.d_mlp},
                             {"max_position_embeddings", c.n_ctx},
                             {"vocab_size", c.d_vocab},
                             {words.activation, activation_word(c.activation)},
                             {"tie_word_embeddings", c.tied_embeddings},
                             {"bos_token_id", token_json(c.bos_id)},
                             {"eos_token_id", token_json(c.eos_id)}};
    if (words.names == TensorNames::distilbert) return object;
    object["type_vocab_size"] = 1;
    object["layer_norm_eps"] = c.norm_eps;
    return object;
}

} // namespace

ModelConfig read_bert(ConfigKeys& keys) { return read_berts(keys, k_bert_keys); }
nlohmann::json write_bert(const ModelConfig& c) { return write_berts(c, k_bert_keys); }

ModelConfig read_roberta(ConfigKeys& keys) {
    ModelConfig c = read_berts(keys, k_roberta_keys);
    const int pad = keys.count_or("pad_token_id", 1);
    if (pad >= c.n_ctx - 1)
        throw Error({keys.where() + ": 'max_position_embeddings'",
                     fmt::format("more than pad_token_id = {} and one", pad), std::to_string(c.n_ctx), ""});
    c.position_offset = pad + 1;
    c.n_ctx -= c.position_offset;
    c.bos_id = keys.token_id("bos_token_id", 0, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 2, c.d_vocab);
    return c;
}

nlohmann::json write_roberta(const ModelConfig& c) {
    nlohmann::json object = write_berts(c, k_roberta_keys);
    object["max_position_embeddings"] = c.n_ctx + c.position_offset;
    object["pad_token_id"] = c.position_offset - 1;
    return object;
}

/// With sinusoidal_pos_embds the table of positions was filled with waves, but it is stored all the same.
ModelConfig read_distilbert(ConfigKeys& keys) {
    keys.flag_or("sinusoidal_pos_embds", false);
    keys.require_neutral("tie_weights_", true, "untied weights are said by tie_word_embeddings");
    return read_berts(keys, k_distilbert_keys);
}

nlohmann::json write_distilbert(const ModelConfig& c) { return write_berts(c, k_distilbert_keys); }

} // namespace gf
