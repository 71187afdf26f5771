// Llama and the families that share its blocks: RMSNorm, RoPE that pairs the two halves of a head, a gated
// MLP. Mistral adds a sliding window, Mixtral adds experts.

#include "io/architectures.h"
#include "io/rope_keys.h"
#include "platform/error.h"

#include <algorithm>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

/// How the families differ: the values that stand for absent keys, and which keys each one has.
struct Family {
    int n_kv_heads; ///< if the key is absent; 0: as many as n_heads
    int window;     ///< if the key is absent; 0: no sliding window
    double norm_eps, rope_theta;
    bool has_window, has_biases, has_experts;
};
constexpr Family k_llama{0, 0, 1e-6, 1e4, false, true, false};
constexpr Family k_mistral{8, 4096, 1e-6, 1e4, true, false, false};
constexpr Family k_mixtral{8, 0, 1e-5, 1e6, true, false, true};

void read_attention(ConfigKeys& keys, const Family& family, ModelConfig& c) {
    c.n_heads = keys.size("num_attention_heads");
    // Null means n_heads in every family, an absent key the family's own default.
    const bool absent = !keys.contains("num_key_value_heads");
    c.n_kv_heads =
        keys.size_or("num_key_value_heads", absent && family.n_kv_heads ? family.n_kv_heads : c.n_heads);
    c.d_head = keys.size_or("head_dim", std::max(1, c.d_model / c.n_heads));
    if (!keys.has("head_dim") && c.d_model % c.n_heads != 0)
        throw Error({keys.where() + ": 'num_attention_heads'",
                     fmt::format("a divisor of hidden_size = {}", c.d_model), std::to_string(c.n_heads),
                     "give head_dim if the heads are not to divide it"});
    read_rope(keys, family.rope_theta, c);
    if (!family.has_window)
        return keys.require_neutral("sliding_window", nullptr, "only Mistral and Mixtral have one");
    c.window = keys.contains("sliding_window") ? keys.count_or("sliding_window", 0) : family.window;
    if (c.window > 0) c.mask = MaskKind::sliding_window;
}

ModelConfig read_family(ConfigKeys& keys, const Family& family) {
    ModelConfig c;
    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_hidden_layers");
    c.d_mlp = keys.size("intermediate_size");
    c.n_ctx = keys.size("max_position_embeddings");
    c.d_vocab = keys.size("vocab_size");
    read_attention(keys, family, c);
    c.activation = read_activation(keys, "hidden_act", "silu");
    c.norm_eps = keys.number_or("rms_norm_eps", family.norm_eps);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", false);
    if (family.has_biases) {
        c.attn_qkv_bias = c.attn_out_bias = keys.flag_or("attention_bias", false);
        c.mlp_bias = keys.flag_or("mlp_bias", false);
    } else {
        for (const char* key : {"attention_bias", "mlp_bias"})
            keys.require_neutral(key, false, "only Llama has biases");
    }
    if (family.has_experts) {
        c.n_experts = keys.size_or("num_local_experts", 8);
        c.experts_per_token = keys.size_or("num_experts_per_tok", 2);
    }
    c.bos_id = keys.token_id("bos_token_id", 1, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", 2, c.d_vocab);
    return c;
}

json write_family(const ModelConfig& c, const Family& family) {
    json object = {{"hidden_size", c.d_model},
                   {"num_hidden_layers", c.n_layers},
                   {"num_attention_heads", c.n_heads},
                   {"num_key_value_heads", c.n_kv_heads},
                   {"head_dim", c.d_head},
                   {"intermediate_size", c.d_mlp},
                   {"max_position_embeddings", c.n_ctx},
                   {"vocab_size", c.d_vocab},
                   {"hidden_act", activation_word(c.activation)},
                   {"rms_norm_eps", c.norm_eps},
                   {"tie_word_embeddings", c.tied_embeddings},
                   {"bos_token_id", token_json(c.bos_id)},
                   {"eos_token_id", token_json(c.eos_id)}};
    write_rope(c, object);
    if (family.has_window) object["sliding_window"] = c.window > 0 ? json(c.window) : json(nullptr);
    if (family.has_biases) {
        object["attention_bias"] = c.attn_qkv_bias;
        object["mlp_bias"] = c.mlp_bias;
    }
    if (family.has_experts) {
        object["num_local_experts"] = c.n_experts;
        object["num_experts_per_tok"] = c.experts_per_token;
    }
    return object;
}

} // namespace

ModelConfig read_llama(ConfigKeys& keys) { return read_family(keys, k_llama); }
ModelConfig read_mistral(ConfigKeys& keys) { return read_family(keys, k_mistral); }
ModelConfig read_mixtral(ConfigKeys& keys) { return read_family(keys, k_mixtral); }
json write_llama(const ModelConfig& c) { return write_family(c, k_llama); }
json write_mistral(const ModelConfig& c) { return write_family(c, k_mistral); }
json write_mixtral(const ModelConfig& c) { return write_family(c, k_mixtral); }

} // namespace gf
