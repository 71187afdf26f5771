#include "io/architectures.h"

#include "io/fields.h"
#include "platform/error.h"

#include <array>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

constexpr std::array<Architecture, 6> k_architectures{{
    {"gpt2", "GPT2LMHeadModel", read_gpt2, write_gpt2},
    {"llama", "LlamaForCausalLM", read_llama, write_llama},
    {"mistral", "MistralForCausalLM", read_mistral, write_mistral},
    {"mixtral", "MixtralForCausalLM", read_mixtral, write_mixtral},
    {"bert", "BertForMaskedLM", read_bert, write_bert},
    {"glassformer", "", read_glassformer, write_glassformer},
}};

struct ActivationWord {
    std::string_view word;
    Activation activation;
};
// The first word for an activation is the one that is written. gelu_fast rounds sqrt(2 / pi) to 10 digits,
// which single precision cannot tell from the exact value.
constexpr std::array<ActivationWord, 7> k_activation_words{{{"silu", Activation::silu},
                                                            {"swish", Activation::silu},
                                                            {"relu", Activation::relu},
                                                            {"gelu", Activation::gelu},
                                                            {"gelu_new", Activation::gelu_tanh},
                                                            {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                            {"gelu_fast", Activation::gelu_tanh}}};

/// Calls `f(key, field)` for every field of our own format except the token ids, which must be below d_vocab
/// and are therefore read after it.
template <class Config, class F>
void for_each_field(Config& c, F f) {
    f("d_model", c.d_model);
    f("n_layers", c.n_layers);
    f("n_layer_groups", c.n_layer_groups);
    f("n_encoder_layers", c.n_encoder_layers);
    f("n_heads", c.n_heads);
    f("n_kv_heads", c.n_kv_heads);
    f("d_head", c.d_head);
    f("d_mlp", c.d_mlp);
    f("n_ctx", c.n_ctx);
    f("d_vocab", c.d_vocab);
    f("norm", c.norm);
    f("norm_place", c.norm_place);
    f("norm_eps", c.norm_eps);
    f("positions", c.positions);
    f("rope_pairs", c.rope_pairs);
    f("rope_theta", c.rope_theta);
    f("rope_scaling", c.rope_scaling);
    f("mask", c.mask);
    f("window", c.window);
    f("mlp", c.mlp);
    f("activation", c.activation);
    f("n_experts", c.n_experts);
    f("experts_per_token", c.experts_per_token);
    f("head", c.head);
    f("pooling", c.pooling);
    f("n_classes", c.n_classes);
    f("embed_norm", c.embed_norm);
    f("tied_embeddings", c.tied_embeddings);
    f("attn_qkv_bias", c.attn_qkv_bias);
    f("attn_out_bias", c.attn_out_bias);
    f("mlp_bias", c.mlp_bias);
    f("tensor_names", c.tensor_names);
}

struct FieldReader {
    ConfigKeys& keys;
    void operator()(const char* key, int& field) const { field = keys.count_or(key, field); }
    void operator()(const char* key, double& field) const { field = keys.number_or(key, field); }
    void operator()(const char* key, bool& field) const { field = keys.flag_or(key, field); }
    void operator()(const char* key, RopeScaling& field) const {
        const json& object = keys.object_or_null(key);
        if (!object.is_null())
            field =
                fields_from_json<RopeScaling>(object, {.where = fmt::format("{}: '{}'", keys.where(), key)});
    }
    template <class E>
    void operator()(const char* key, E& field) const {
        field = from_name<E>(keys.word_or(key, std::string(name(field))), keys.where());
    }
};

struct FieldWriter {
    json& object;
    void operator()(const char* key, const RopeScaling& field) const {
        if (field.kind != RopeScalingKind::none) object[key] = fields_to_json(field);
    }
    template <class T>
    void operator()(const char* key, const T& field) const {
        if constexpr (std::is_enum_v<T>)
            object[key] = name(field);
        else
            object[key] = field;
    }
};

} // namespace

std::span<const Architecture> architectures() { return k_architectures; }

Activation read_activation(ConfigKeys& keys, const std::string& key, const std::string& fallback) {
    const std::string found = keys.word_or(key, fallback);
    std::string valid;
    for (const ActivationWord& w : k_activation_words) {
        if (w.word == found) return w.activation;
        valid += (valid.empty() ? "" : ", ") + std::string(w.word);
    }
    throw Error({fmt::format("{}: '{}'", keys.where(), key), "one of " + valid, "'" + found + "'",
                 "no other activation function is supported"});
}

std::string_view activation_word(Activation activation) {
    const auto row = std::find_if(k_activation_words.begin(), k_activation_words.end(),
                                  [&](const ActivationWord& w) { return w.activation == activation; });
    return row->word;
}

json token_json(int id) { return id < 0 ? json(nullptr) : json(id); }

ModelConfig read_glassformer(ConfigKeys& keys) {
    ModelConfig c; // a key that is absent keeps the default of its field
    for_each_field(c, FieldReader{keys});
    c.bos_id = keys.token_id("bos_id", -1, c.d_vocab);
    c.eos_id = keys.token_id("eos_id", -1, c.d_vocab);
    return c;
}

json write_glassformer(const ModelConfig& c) {
    json object;
    for_each_field(c, FieldWriter{object});
    object["bos_id"] = c.bos_id;
    object["eos_id"] = c.eos_id;
    return object;
}

} // namespace gf
