// Llama and the families that share its blocks: RMSNorm, RoPE that pairs the two halves of a head, a gated
// MLP. Mistral adds a sliding window, Mixtral adds experts.

#include "io/architectures.h"
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

/// Reads rope_scaling or rope_parameters: the base of RoPE that it holds, or `theta` if it holds none.
/// @throws Error when it changes RoPE in any other way
double read_rope_object(ConfigKeys& keys, const std::string& name, double theta) {
    const json& object = keys.object_or_null(name);
    if (object.is_null()) return theta;
    ConfigKeys inner(object, keys.where() + ": '" + name + "'");
    for (const char* key : {"rope_type", "type"})
        inner.require_neutral(key, "default", "a rescaled RoPE is not supported");
    inner.require_neutral("partial_rotary_factor", 1, "a partial RoPE is not supported");
    const double base = inner.number_or("rope_theta", theta);
    inner.refuse_unread({});
    return base;
}

/// The base of RoPE. Older configs have it as a key of its own, newer ones inside an object; where both are
/// there they must agree.
double read_rope_theta(ConfigKeys& keys, double fallback) {
    double theta = keys.number_or("rope_theta", fallback);
    for (const char* name : {"rope_scaling", "rope_parameters"}) {
        const double newer = read_rope_object(keys, name, theta);
        if (newer != theta && keys.has("rope_theta"))
            throw Error({fmt::format("{}: '{}'", keys.where(), name),
                         fmt::format("rope_theta {} as in the key of that name", theta),
                         fmt::format("{}", newer), "remove the wrong one"});
        theta = newer;
    }
    return theta;
}

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
    c.rope_theta = read_rope_theta(keys, family.rope_theta);
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
                   {"rope_theta", c.rope_theta},
                   {"tie_word_embeddings", c.tied_embeddings},
                   {"bos_token_id", token_json(c.bos_id)},
                   {"eos_token_id", token_json(c.eos_id)}};
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
