// Llama and the families that share its blocks: RMSNorm, RoPE that pairs the two halves of a head, a gated
// MLP. Mistral adds a sliding window, Mixtral experts, Qwen2 biases of queries, keys and values, Qwen3 their
// norms, Gemma other gains and a scaled embedding, Gemma 2 and 3 norms behind the sub-layers, SmolLM3 layers
// without positions, OLMo 2 norms only behind, Phi-3 matrices side by side.

#include "io/architectures.h"
#include "io/rope_keys.h"
#include "platform/error.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace gf {

using nlohmann::json;

namespace {

enum class Windows { none, all_layers, some_layers, by_pattern, without_rope };
enum class Biases { none, by_key, attention_by_key, qkv };

/// How the families differ: the values that stand for absent keys, and which keys each one has.
struct Family {
    int n_kv_heads = 0; ///< if the key is absent; 0: as many as n_heads
    double norm_eps = 1e-6;
    RopeDefaults rope{};
    Windows windows = Windows::none;
    int window = 0; ///< if the key is absent; 0: no sliding window
    Biases biases = Biases::none;
    bool has_experts = false;
    bool gains_less_one =
        false;         ///< stored gains are less one, and embeddings are multiplied by sqrt(d_model)
    bool tied = false; ///< if the key is absent
    const char* activation = "silu"; ///< if the key is absent
    int d_head = 0;                  ///< if the key is absent; 0: d_model / n_heads
    int bos_id = 1, eos_id = 2;      ///< if the keys are absent
    int n_ctx = 0;                   ///< if the key is absent; 0: it must be there
    int window_pattern = 0;          ///< by_pattern: every so many layers one without a window
    NormPlace norm_place = NormPlace::pre;
    QkNorm qk_norm = QkNorm::none;
    TensorNames names = TensorNames::llama;
    double score_cap = 0, logit_cap = 0; ///< by_pattern: if the keys are absent
    bool caps_scores = false;
    bool brings_code = false; ///< published configs name code of their own, which does what is here
};
constexpr Family k_llama{.biases = Biases::by_key};
constexpr Family k_mistral{.n_kv_heads = 8, .windows = Windows::all_layers, .window = 4096};
constexpr Family k_mixtral{.n_kv_heads = 8,
                           .norm_eps = 1e-5,
                           .rope = {.theta = 1e6},
                           .windows = Windows::all_layers,
                           .has_experts = true};
constexpr Family k_qwen2{.n_kv_heads = 32,
                         .windows = Windows::some_layers,
                         .window = 4096,
                         .biases = Biases::qkv,
                         .bos_id = -1,
                         .eos_id = -1};

constexpr Family k_gemma{.n_kv_heads = 16,
                         .biases = Biases::attention_by_key,
                         .gains_less_one = true,
                         .tied = true,
                         .activation = "gelu_pytorch_tanh",
                         .d_head = 256,
                         .bos_id = 2,
                         .eos_id = 1};

constexpr Family k_gemma2{.n_kv_heads = 4,
                          .windows = Windows::by_pattern,
                          .window = 4096,
                          .biases = Biases::attention_by_key,
                          .gains_less_one = true,
                          .tied = true,
                          .activation = "gelu_pytorch_tanh",
                          .d_head = 256,
                          .bos_id = 2,
                          .eos_id = 1,
                          .n_ctx = 8192,
                          .window_pattern = 2,
                          .norm_place = NormPlace::both,
                          .names = TensorNames::gemma2,
                          .score_cap = 50,
                          .logit_cap = 30,
                          .caps_scores = true};
constexpr Family k_gemma3{.n_kv_heads = 4,
                          .rope = {.theta = 1e6, .window_theta = 1e4},
                          .windows = Windows::by_pattern,
                          .window = 4096,
                          .biases = Biases::attention_by_key,
                          .gains_less_one = true,
                          .tied = true,
                          .activation = "gelu_pytorch_tanh",
                          .d_head = 256,
                          .bos_id = 2,
                          .eos_id = 1,
                          .n_ctx = 131072,
                          .window_pattern = 6,
                          .norm_place = NormPlace::both,
                          .qk_norm = QkNorm::heads,
                          .names = TensorNames::gemma2};
constexpr Family k_qwen3{.n_kv_heads = 32,
                         .windows = Windows::some_layers,
                         .window = 4096,
                         .biases = Biases::attention_by_key,
                         .d_head = 128,
                         .bos_id = -1,
                         .eos_id = -1,
                         .n_ctx = 32768,
                         .qk_norm = QkNorm::heads};
constexpr Family k_smollm3{.n_kv_heads = 4,
                           .rope = {.theta = 2e6},
                           .windows = Windows::without_rope,
                           .biases = Biases::by_key,
                           .tied = true,
                           .bos_id = 128000,
                           .eos_id = 128001,
                           .n_ctx = 32768};
constexpr Family k_olmo2{.norm_eps = 1e-5,
                         .biases = Biases::attention_by_key,
                         .bos_id = -1,
                         .eos_id = 50279,
                         .n_ctx = 2048,
                         .norm_place = NormPlace::output,
                         .qk_norm = QkNorm::projection,
                         .names = TensorNames::olmo2};
constexpr Family k_phi3{.norm_eps = 1e-5,
                        .rope = {.share_key = "partial_rotary_factor"},
                        .windows = Windows::all_layers,
                        .eos_id = 32000,
                        .n_ctx = 4096,
                        .names = TensorNames::phi3,
                        .brings_code = true};

/// Which layers SmolLM3 turns by their positions: all but every fourth, or as its list says.
void read_layer_rope(ConfigKeys& keys, ModelConfig& c) {
    const int interval = keys.size_or("no_rope_layer_interval", 4);
    std::vector<int> turned;
    if (keys.has("no_rope_layers")) {
        for (const json& item : keys.array("no_rope_layers")) {
            if (item != 0 && item != 1)
                throw Error({keys.where() + ": 'no_rope_layers'", "1 (RoPE) or 0 (none) for each layer",
                             json_summary(item), ""});
            turned.push_back(item.get<int>());
        }
        if (turned.size() < static_cast<std::size_t>(c.n_layers))
            throw Error({keys.where() + ": 'no_rope_layers'",
                         fmt::format("one for each of num_hidden_layers = {}", c.n_layers),
                         std::to_string(turned.size()), ""});
        turned.resize(static_cast<std::size_t>(c.n_layers));
    } else {
        for (int l = 0; l < std::min(c.n_layers, k_most_layers); ++l)
            turned.push_back((l + 1) % interval != 0);
    }
    if (std::count(turned.begin(), turned.end(), 0) > 0) c.layer_rope = std::move(turned);
}

/// The window of each layer as "layer_types" says it, 0 for full attention.
std::vector<int> read_layer_types(ConfigKeys& keys, int n_layers, int window) {
    std::vector<int> windows;
    const json& types = keys.array("layer_types");
    const std::string where = keys.where() + ": 'layer_types'";
    if (types.size() != static_cast<std::size_t>(n_layers))
        throw Error({where, fmt::format("one for each of num_hidden_layers = {}", n_layers),
                     std::to_string(types.size()), ""});
    for (const json& type : types) {
        if (type != "full_attention" && type != "sliding_attention")
            throw Error({where, "full_attention or sliding_attention", json_summary(type),
                         "no other type of layer is supported"});
        if (type == "sliding_attention" && window == 0)
            throw Error({where, "full_attention, since there is no sliding_window", json_summary(type), ""});
        windows.push_back(type == "sliding_attention" ? window : 0);
    }
    return windows;
}

void read_windows(ConfigKeys& keys, const Family& family, ModelConfig& c) {
    int window = 0;
    if (family.windows == Windows::none)
        keys.require_neutral("sliding_window", nullptr, "this family has none");
    else
        window = keys.contains("sliding_window") ? keys.count_or("sliding_window", 0) : family.window;
    if (window > 0) keys.require_neutral("sliding_window_size", window, "it is sliding_window's older name");
    const bool by_pattern = family.windows == Windows::by_pattern,
               without_rope = family.windows == Windows::without_rope;
    int pattern = 0;
    for (const char* key : {"sliding_window_pattern", "_sliding_window_pattern"})
        if (by_pattern) pattern = keys.size_or(key, pattern > 0 ? pattern : family.window_pattern);
    int first = 0; // the first layer with a window
    if (without_rope && !keys.flag_or("use_sliding_window", false)) window = 0;
    if (without_rope) keys.count_or("max_window_layers", 0); // a key of its relatives
    if (family.windows == Windows::some_layers) {
        first = keys.count_or("max_window_layers", 28);
        if (!keys.flag_or("use_sliding_window", false)) window = 0;
    }
    std::vector<int> windows;
    if (keys.has("layer_types"))
        windows = read_layer_types(keys, c.n_layers, window);
    else if (window > 0 && (first > 0 || by_pattern || without_rope))
        for (int l = 0; l < std::min(c.n_layers, k_most_layers); ++l) {
            const bool rope = c.layer_rope.empty() || c.layer_rope[static_cast<std::size_t>(l)] == 1;
            const bool full = l < first || (by_pattern && (l + 1) % pattern == 0) || (without_rope && rope);
            windows.push_back(full ? 0 : window);
        }
    if (windows.size() != static_cast<std::size_t>(c.n_layers) && !windows.empty()) return; // refused later
    if (std::any_of(windows.begin(), windows.end(), [&](int w) { return w != windows[0]; }))
        return void(c.layer_windows = std::move(windows));
    c.window = windows.empty() ? window : windows[0];
    if (c.window > 0) c.mask = MaskKind::sliding_window;
}

void write_windows(const ModelConfig& c, const Family& family, json& object) {
    if (family.windows == Windows::none) return;
    const int window = c.layer_windows.empty()
                           ? c.window
                           : *std::max_element(c.layer_windows.begin(), c.layer_windows.end());
    object["sliding_window"] = window > 0 ? json(window) : json(nullptr);
    if (family.windows == Windows::some_layers)
        object["use_sliding_window"] = window > 0, object["max_window_layers"] = 0;
    if (family.windows == Windows::without_rope) {
        object["use_sliding_window"] = window > 0;
        for (int l = 0; l < c.n_layers; ++l)
            object["no_rope_layers"].push_back(c.layer(l).positions == Positions::rope ? 1 : 0);
    }
    if (c.layer_windows.empty() &&
        (family.windows == Windows::by_pattern || family.windows == Windows::without_rope))
        for (int l = 0; l < c.n_layers; ++l)
            object["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
    for (const int w : c.layer_windows)
        object["layer_types"].push_back(w > 0 ? "sliding_attention" : "full_attention");
}

void read_attention(ConfigKeys& keys, const Family& family, ModelConfig& c) {
    c.n_heads = keys.size("num_attention_heads");
    // Null means n_heads in every family, an absent key the family's own default.
    const bool absent = !keys.contains("num_key_value_heads");
    c.n_kv_heads =
        keys.size_or("num_key_value_heads", absent && family.n_kv_heads ? family.n_kv_heads : c.n_heads);
    c.d_head =
        keys.size_or("head_dim", family.d_head > 0 ? family.d_head : std::max(1, c.d_model / c.n_heads));
    if (!keys.has("head_dim") && family.d_head == 0 && c.d_model % c.n_heads != 0)
        throw Error({keys.where() + ": 'num_attention_heads'",
                     fmt::format("a divisor of hidden_size = {}", c.d_model), std::to_string(c.n_heads),
                     "give head_dim if the heads are not to divide it"});
    read_rope(keys, family.rope, c);
    if (family.windows == Windows::without_rope) read_layer_rope(keys, c);
    read_windows(keys, family, c);
}

/// The biases that the family's key says it has, or that it always has.
void read_biases(ConfigKeys& keys, const Family& family, ModelConfig& c) {
    const bool attention = family.biases == Biases::by_key || family.biases == Biases::attention_by_key;
    const std::string reason = "this family has no such choice";
    if (attention)
        c.attn_qkv_bias = c.attn_out_bias = keys.flag_or("attention_bias", false);
    else
        keys.require_neutral("attention_bias", c.attn_qkv_bias = family.biases == Biases::qkv, reason);
    if (family.biases == Biases::by_key)
        c.mlp_bias = keys.flag_or("mlp_bias", false);
    else
        keys.require_neutral("mlp_bias", false, reason);
}

/// What Gemma has beside Llama's keys.
void read_gemma_keys(ConfigKeys& keys, ModelConfig& c) {
    c.gain_offset = 1;
    c.embed_scale = std::sqrt(static_cast<double>(c.d_model));
    if (keys.has("hidden_activation")) c.activation = read_activation(keys, "hidden_activation", "");
    if (c.activation != Activation::gelu) return;
    // The first configs said "gelu", but the models were trained with its approximation, as the library has
    // it.
    c.activation = Activation::gelu_tanh;
    keys.note("the activation 'gelu' is read as 'gelu_pytorch_tanh', with which these models were trained");
}

/// The scale and the soft-caps of Gemma 2 and 3.
void read_caps(ConfigKeys& keys, const Family& family, ModelConfig& c) {
    const double scalar = keys.number_or("query_pre_attn_scalar", 256);
    if (!(scalar > 0))
        throw Error(
            {keys.where() + ": 'query_pre_attn_scalar'", "a number above 0", std::to_string(scalar), ""});
    if (scalar != c.d_head) c.attn_scale = 1 / std::sqrt(scalar);
    const auto cap = [&](const char* key, double fallback) { // null: none
        return keys.contains(key) ? keys.number_or(key, 0) : fallback;
    };
    if (family.caps_scores)
        c.score_cap = cap("attn_logit_softcapping", family.score_cap);
    else
        keys.require_neutral("attn_logit_softcapping", nullptr, "this family caps no scores");
    c.logit_cap = cap("final_logit_softcapping", family.logit_cap);
    keys.require_neutral("use_bidirectional_attention", false,
                         "a Gemma that reads both ways is not supported");
}

ModelConfig read_family(ConfigKeys& keys, const Family& family) {
    ModelConfig c;
    c.d_model = keys.size("hidden_size");
    c.n_layers = keys.size("num_hidden_layers");
    c.d_mlp = keys.size("intermediate_size");
    c.n_ctx = family.n_ctx > 0 ? keys.size_or("max_position_embeddings", family.n_ctx)
                               : keys.size("max_position_embeddings");
    c.norm_place = family.norm_place;
    c.qk_norm = family.qk_norm;
    c.tensor_names = family.names;
    c.d_vocab = keys.size("vocab_size");
    read_attention(keys, family, c);
    c.activation = read_activation(keys, "hidden_act", family.activation);
    if (family.gains_less_one) read_gemma_keys(keys, c);
    if (family.windows == Windows::by_pattern) read_caps(keys, family, c);
    if (family.brings_code && keys.has("auto_map"))
        keys.note("'auto_map' names code that came with the model; it is not run, since it does what is "
                  "done here");
    c.norm_eps = keys.number_or("rms_norm_eps", family.norm_eps);
    c.tied_embeddings = keys.flag_or("tie_word_embeddings", family.tied);
    read_biases(keys, family, c);
    if (family.has_experts) {
        c.n_experts = keys.size_or("num_local_experts", 8);
        c.experts_per_token = keys.size_or("num_experts_per_tok", 2);
    }
    c.bos_id = keys.token_id("bos_token_id", family.bos_id, c.d_vocab);
    c.eos_id = keys.token_id("eos_token_id", family.eos_id, c.d_vocab);
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
    if (family.gains_less_one) { // by this key the library knows it
        object.erase("hidden_act");
        object["hidden_activation"] =
            c.activation == Activation::gelu_tanh ? "gelu_pytorch_tanh" : activation_word(c.activation);
    }
    write_rope(c, family.rope, object);
    write_windows(c, family, object);
    if (family.biases == Biases::by_key || family.biases == Biases::attention_by_key)
        object["attention_bias"] = c.attn_qkv_bias;
    if (family.biases == Biases::by_key) object["mlp_bias"] = c.mlp_bias;
    if (family.windows == Windows::by_pattern) {
        double scalar = c.attn_scale > 0 ? 1 / (c.attn_scale * c.attn_scale) : c.d_head;
        if (1 / std::sqrt(std::round(scalar)) == c.attn_scale) scalar = std::round(scalar); // as it was read
        object["query_pre_attn_scalar"] = scalar;
        object["final_logit_softcapping"] = c.logit_cap > 0 ? json(c.logit_cap) : json(nullptr);
        if (family.caps_scores)
            object["attn_logit_softcapping"] = c.score_cap > 0 ? json(c.score_cap) : json(nullptr);
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
ModelConfig read_gemma(ConfigKeys& keys) { return read_family(keys, k_gemma); }
ModelConfig read_qwen2(ConfigKeys& keys) { return read_family(keys, k_qwen2); }
ModelConfig read_gemma2(ConfigKeys& keys) { return read_family(keys, k_gemma2); }
ModelConfig read_gemma3(ConfigKeys& keys) { return read_family(keys, k_gemma3); }
ModelConfig read_qwen3(ConfigKeys& keys) { return read_family(keys, k_qwen3); }
ModelConfig read_smollm3(ConfigKeys& keys) { return read_family(keys, k_smollm3); }
ModelConfig read_olmo2(ConfigKeys& keys) { return read_family(keys, k_olmo2); }
ModelConfig read_phi3(ConfigKeys& keys) { return read_family(keys, k_phi3); }
json write_gemma2(const ModelConfig& c) { return write_family(c, k_gemma2); }
json write_gemma3(const ModelConfig& c) { return write_family(c, k_gemma3); }
json write_qwen3(const ModelConfig& c) { return write_family(c, k_qwen3); }
json write_smollm3(const ModelConfig& c) { return write_family(c, k_smollm3); }
json write_olmo2(const ModelConfig& c) { return write_family(c, k_olmo2); }
json write_phi3(const ModelConfig& c) { return write_family(c, k_phi3); }
json write_llama(const ModelConfig& c) { return write_family(c, k_llama); }
json write_mistral(const ModelConfig& c) { return write_family(c, k_mistral); }
json write_mixtral(const ModelConfig& c) { return write_family(c, k_mixtral); }
json write_gemma(const ModelConfig& c) { return write_family(c, k_gemma); }
json write_qwen2(const ModelConfig& c) { return write_family(c, k_qwen2); }

} // namespace gf
