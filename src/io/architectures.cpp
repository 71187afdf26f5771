#include "io/architectures.h"

#include "io/fields.h"
#include "platform/error.h"

#include <array>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

/// Reads a model that is stored without an output layer. One with tied embeddings has one all the same,
/// unless it lacks layers before it, as BERT's does.
template <ModelConfig (*read)(ConfigKeys&)>
ModelConfig without_head(ConfigKeys& keys) {
    ModelConfig c = read(keys);
    if (c.head == OutputHead::tokens && c.tied_embeddings) return c;
    c.head = OutputHead::none;
    c.tied_embeddings = c.unembed_bias = false;
    return c;
}

/// Of several rows with the same model_type the first one is that of a config without "architectures".
const std::vector<Architecture>& rows() {
    constexpr std::string_view
        gpt2 = "LayerNorm, learned positions, a plain MLP, biases everywhere",
        llama = "RMSNorm, RoPE, grouped queries, a gated MLP; biases by `attention_bias` and "
                "`mlp_bias`",
        mistral = "as Llama, with a sliding window in all layers or in some",
        mixtral = "as Mistral, with experts, stored one by one or side by side",
        qwen2 = "as Llama, with biases of q, k and v, and a window in later layers",
        gemma = "as Llama, with gains stored less one and embeddings times sqrt(d_model)",
        gemma2 = "as Gemma, with norms behind the sub-layers, too, soft-caps, a window in every other layer",
        gemma3 =
            "as Gemma 2, with norms of queries and keys in place of caps, windows in five of six layers, "
            "which have a base of RoPE of their own; text only",
        qwen3 = "as Llama, with norms of queries and keys",
        smollm3 = "as Llama, with every fourth layer without positions",
        olmo2 = "as Llama, with norms of queries and keys and only behind the sub-layers",
        phi3 = "as Llama, with q, k, v and gate, up side by side; RoPE may turn a part of each head",
        gpt_neox = "LayerNorm, attention and MLP in parallel, RoPE that turns a part of each head",
        phi = "as GPT-NeoX, with one norm for attention and MLP",
        opt = "as GPT-2, with ReLU; widths of embeddings and blocks must be the same",
        roberta = "as BERT, with positions that begin behind the padding token's id",
        distilbert = "as BERT, without token types",
        t5 = "encoder and decoder, RMSNorm, buckets of distances",
        gpt_neo = "as GPT-2, with unscaled scores and a window in every other layer",
        bert = "post-norm, reads in both directions; token types are all 0",
        no_output = "the same, stored without an output layer";
    static const std::vector<Architecture> all{
        {"gpt2", "GPT2LMHeadModel", {"n_embd", "n_layer", "n_head"}, gpt2, read_gpt2, write_gpt2},
        {"gpt2", "GPT2Model", {}, no_output, read_gpt2, write_gpt2},
        {"llama", "LlamaForCausalLM", {"rms_norm_eps", "hidden_size"}, llama, read_llama, write_llama},
        {"mistral",
         "MistralForCausalLM",
         {"rms_norm_eps", "sliding_window"},
         mistral,
         read_mistral,
         write_mistral},
        {"mixtral",
         "MixtralForCausalLM",
         {"rms_norm_eps", "num_local_experts"},
         mixtral,
         read_mixtral,
         write_mixtral},
        {"qwen2", "Qwen2ForCausalLM", {}, qwen2, read_qwen2, write_qwen2},
        {"gemma", "GemmaForCausalLM", {}, gemma, read_gemma, write_gemma},
        {"gemma2", "Gemma2ForCausalLM", {}, gemma2, read_gemma2, write_gemma2},
        {"gemma3_text", "Gemma3ForCausalLM", {}, gemma3, read_gemma3, write_gemma3},
        {"qwen3", "Qwen3ForCausalLM", {}, qwen3, read_qwen3, write_qwen3},
        {"smollm3", "SmolLM3ForCausalLM", {}, smollm3, read_smollm3, write_smollm3},
        {"olmo2", "Olmo2ForCausalLM", {}, olmo2, read_olmo2, write_olmo2},
        {"phi3", "Phi3ForCausalLM", {}, phi3, read_phi3, write_phi3},
        {"gpt_neox",
         "GPTNeoXForCausalLM",
         {"rotary_pct", "hidden_size"},
         gpt_neox,
         read_gpt_neox,
         write_gpt_neox},
        {"phi", "PhiForCausalLM", {}, phi, read_phi, write_phi},
        {"opt", "OPTForCausalLM", {"ffn_dim", "do_layer_norm_before"}, opt, read_opt, write_opt},
        {"t5", "T5ForConditionalGeneration", {"d_kv", "d_ff", "num_layers"}, t5, read_t5, write_t5},
        {"gpt_neo",
         "GPTNeoForCausalLM",
         {"num_layers", "num_heads", "attention_types"},
         gpt_neo,
         read_gpt_neo,
         write_gpt_neo},
        {"gpt_neo", "GPTNeoModel", {}, no_output, read_gpt_neo, write_gpt_neo},
        {"llama", "LlamaModel", {}, no_output, without_head<read_llama>, write_llama},
        {"mistral", "MistralModel", {}, no_output, without_head<read_mistral>, write_mistral},
        {"mixtral", "MixtralModel", {}, no_output, without_head<read_mixtral>, write_mixtral},
        {"qwen2", "Qwen2Model", {}, no_output, without_head<read_qwen2>, write_qwen2},
        {"gemma", "GemmaModel", {}, no_output, without_head<read_gemma>, write_gemma},
        {"gemma2", "Gemma2Model", {}, no_output, without_head<read_gemma2>, write_gemma2},
        {"gemma3_text", "Gemma3TextModel", {}, no_output, without_head<read_gemma3>, write_gemma3},
        {"qwen3", "Qwen3Model", {}, no_output, without_head<read_qwen3>, write_qwen3},
        {"smollm3", "SmolLM3Model", {}, no_output, without_head<read_smollm3>, write_smollm3},
        {"olmo2", "Olmo2Model", {}, no_output, without_head<read_olmo2>, write_olmo2},
        {"phi3", "Phi3Model", {}, no_output, without_head<read_phi3>, write_phi3},
        {"gpt_neox", "GPTNeoXModel", {}, no_output, without_head<read_gpt_neox>, write_gpt_neox},
        {"phi", "PhiModel", {}, no_output, without_head<read_phi>, write_phi},
        {"opt", "OPTModel", {}, no_output, without_head<read_opt>, write_opt},
        {"bert", "BertForMaskedLM", {"hidden_size", "type_vocab_size"}, bert, read_bert, write_bert},
        {"bert", "BertForPreTraining", {}, "the same; its second output is left out", read_bert, write_bert},
        {"bert", "BertModel", {}, no_output, without_head<read_bert>, write_bert},
        {"roberta", "RobertaForMaskedLM", {}, roberta, read_roberta, write_roberta},
        {"roberta", "RobertaModel", {}, no_output, without_head<read_roberta>, write_roberta},
        {"distilbert",
         "DistilBertForMaskedLM",
         {"dim", "n_layers", "n_heads"},
         distilbert,
         read_distilbert,
         write_distilbert},
        {"distilbert", "DistilBertModel", {}, no_output, without_head<read_distilbert>, write_distilbert},
        {"glassformer",
         "",
         {},
         "our own format, which can say every shape",
         read_glassformer,
         write_glassformer},
    };
    return all;
}

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
    f("gain_offset", c.gain_offset);
    f("sublayers", c.sublayers);
    f("embed_scale", c.embed_scale);
    f("attn_scale", c.attn_scale);
    f("positions", c.positions);
    f("qk_norm", c.qk_norm);
    f("score_cap", c.score_cap);
    f("logit_cap", c.logit_cap);
    f("logit_scale", c.logit_scale);
    f("attn_sink", c.attn_sink);
    f("rope_pairs", c.rope_pairs);
    f("d_rotary", c.d_rotary);
    f("rope_theta", c.rope_theta);
    f("rope_scaling", c.rope_scaling);
    f("window_rope_theta", c.window_rope_theta);
    f("layer_rope", c.layer_rope);
    f("position_offset", c.position_offset);
    f("n_buckets", c.n_buckets);
    f("bucket_max_distance", c.bucket_max_distance);
    f("mask", c.mask);
    f("window", c.window);
    f("layer_windows", c.layer_windows);
    f("mlp", c.mlp);
    f("activation", c.activation);
    f("n_experts", c.n_experts);
    f("experts_per_token", c.experts_per_token);
    f("n_shared_experts", c.n_shared_experts);
    f("router", c.router);
    f("router_bias", c.router_bias);
    f("renormalised_gates", c.renormalised_gates);
    f("head", c.head);
    f("pooling", c.pooling);
    f("n_classes", c.n_classes);
    f("embed_norm", c.embed_norm);
    f("tied_embeddings", c.tied_embeddings);
    f("attn_qkv_bias", c.attn_qkv_bias);
    f("attn_out_bias", c.attn_out_bias);
    f("mlp_bias", c.mlp_bias);
    f("unembed_bias", c.unembed_bias);
    f("tensor_names", c.tensor_names);
}

struct FieldReader {
    ConfigKeys& keys;
    void operator()(const char* key, int& field) const { field = keys.count_or(key, field); }
    void operator()(const char* key, double& field) const { field = keys.number_or(key, field); }
    void operator()(const char* key, bool& field) const { field = keys.flag_or(key, field); }
    void operator()(const char* key, std::vector<int>& field) const {
        if (!keys.has(key)) return;
        field.clear();
        for (const json& item : keys.array(key)) {
            const json only{{key, item}};
            field.push_back(static_cast<int>(json_int(only, key, keys.where(), 0, ConfigKeys::k_max_size)));
        }
    }
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
    void operator()(const char* key, const std::vector<int>& field) const {
        if (!field.empty()) object[key] = field;
    }
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

std::span<const Architecture> architectures() { return rows(); }

std::string activation_words() {
    std::string words;
    for (const ActivationWord& w : k_activation_words)
        words += (words.empty() ? "" : ", ") + std::string(w.word);
    return words;
}

Activation read_activation(ConfigKeys& keys, const std::string& key, const std::string& fallback) {
    const std::string found = keys.word_or(key, fallback);
    for (const ActivationWord& w : k_activation_words)
        if (w.word == found) return w.activation;
    throw Error({fmt::format("{}: '{}'", keys.where(), key), "one of " + activation_words(),
                 "'" + found + "'", "no other activation function is supported"});
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
