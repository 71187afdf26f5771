#include "core/model_config.h"

#include "platform/error.h"

#include <algorithm>
#include <array>

namespace gf {
namespace {

template <class E>
struct EnumNames;
#define GF_NAMES(E, LABEL, ...)                                                                              \
    template <>                                                                                              \
    struct EnumNames<E> {                                                                                    \
        static constexpr std::string_view label = LABEL;                                                     \
        static constexpr std::array words = std::to_array<std::string_view>({__VA_ARGS__});                  \
    };
GF_NAMES(NormKind, "norm", "layer", "rms")
GF_NAMES(NormPlace, "norm_place", "pre", "post", "output", "both")
GF_NAMES(Sublayers, "sublayers", "in_turn", "parallel", "parallel_shared")
GF_NAMES(QkNorm, "qk_norm", "none", "heads", "projection")
GF_NAMES(Positions, "positions", "none", "learned", "sinusoidal", "rope", "alibi", "buckets")
GF_NAMES(RopePairs, "rope_pairs", "interleaved", "half")
GF_NAMES(RopeScalingKind, "rope_scaling", "none", "linear", "dynamic", "llama3", "yarn", "longrope")
GF_NAMES(Activation, "activation", "gelu_tanh", "gelu", "silu", "relu")
GF_NAMES(MlpKind, "mlp", "none", "plain", "gated")
GF_NAMES(RouterKind, "router", "softmax", "sigmoid")
GF_NAMES(MaskKind, "mask", "causal", "bidirectional", "prefix", "sliding_window", "first_and_window",
         "document", "block_sparse", "strided", "padding")
GF_NAMES(TensorNames, "tensor_names", "llama", "gpt2", "bert", "gpt_neo", "gpt_neox", "opt", "phi", "phi3",
         "gemma2", "olmo2", "roberta", "distilbert", "t5")
GF_NAMES(OutputHead, "head", "tokens", "masked_tokens", "classes", "embedding", "none")
GF_NAMES(Pooling, "pooling", "first", "mean", "last")
#undef GF_NAMES

template <class E>
std::string_view word_of(E e) {
    return EnumNames<E>::words[static_cast<std::size_t>(e)];
}

} // namespace

std::string_view name(NormKind e) { return word_of(e); }
std::string_view name(NormPlace e) { return word_of(e); }
std::string_view name(Sublayers e) { return word_of(e); }
std::string_view name(QkNorm e) { return word_of(e); }
std::string_view name(Positions e) { return word_of(e); }
std::string_view name(RopePairs e) { return word_of(e); }
std::string_view name(RopeScalingKind e) { return word_of(e); }
std::string_view name(Activation e) { return word_of(e); }
std::string_view name(MlpKind e) { return word_of(e); }
std::string_view name(RouterKind e) { return word_of(e); }
std::string_view name(MaskKind e) { return word_of(e); }
std::string_view name(TensorNames e) { return word_of(e); }
std::string_view name(OutputHead e) { return word_of(e); }
std::string_view name(Pooling e) { return word_of(e); }

template <class E>
E from_name(std::string_view word, const std::string& where) {
    std::string valid;
    for (std::size_t i = 0; i < EnumNames<E>::words.size(); ++i) {
        if (EnumNames<E>::words[i] == word) return static_cast<E>(i);
        valid += (i ? ", " : "") + std::string(EnumNames<E>::words[i]);
    }
    throw Error({where + ": " + std::string(EnumNames<E>::label), "one of " + valid,
                 "'" + std::string(word) + "'", ""});
}
template NormKind from_name(std::string_view, const std::string&);
template NormPlace from_name(std::string_view, const std::string&);
template Sublayers from_name(std::string_view, const std::string&);
template QkNorm from_name(std::string_view, const std::string&);
template Positions from_name(std::string_view, const std::string&);
template RopePairs from_name(std::string_view, const std::string&);
template RopeScalingKind from_name(std::string_view, const std::string&);
template Activation from_name(std::string_view, const std::string&);
template MlpKind from_name(std::string_view, const std::string&);
template RouterKind from_name(std::string_view, const std::string&);
template MaskKind from_name(std::string_view, const std::string&);
template TensorNames from_name(std::string_view, const std::string&);
template OutputHead from_name(std::string_view, const std::string&);
template Pooling from_name(std::string_view, const std::string&);

namespace {
const RopeScaling k_unscaled;
}

LayerConfig ModelConfig::layer(int l) const {
    LayerConfig layer{mask,
                      window,
                      positions,
                      rope_pairs,
                      positions == Positions::rope ? (d_rotary > 0 ? d_rotary : d_head) : 0,
                      rope_theta,
                      &rope_scaling,
                      mlp,
                      router,
                      router_bias,
                      renormalised_gates,
                      n_experts,
                      experts_per_token,
                      n_shared_experts};
    if (l < 0) return layer;
    const auto at = static_cast<std::size_t>(l);
    if (!layer_windows.empty() && layer_windows[at] > 0)
        layer.mask = MaskKind::sliding_window, layer.window = layer_windows[at];
    if (layer.mask == MaskKind::sliding_window && window_rope_theta > 0)
        layer.rope_theta = window_rope_theta, layer.rope_scaling = &k_unscaled;
    if (!layer_rope.empty() && layer_rope[at] == 0) layer.positions = Positions::none, layer.d_rotary = 0;
    return layer;
}

ModelConfig encoder_config(const ModelConfig& config) {
    ModelConfig c = config;
    c.n_layers = config.n_encoder_layers;
    c.n_encoder_layers = 0;
    c.mask = MaskKind::bidirectional;
    c.window = 0;
    c.layer_windows.clear();
    c.layer_rope.clear();
    c.head = OutputHead::none;
    c.tied_embeddings = c.unembed_bias = false;
    return c;
}

namespace {

void require(bool ok, const std::string& where, const char* field, const std::string& expected,
             const std::string& found) {
    if (!ok) throw Error({where + ": " + field, expected, found, ""});
}

void validate_positions(const ModelConfig& c, const std::string& where) {
    using std::to_string;
    if (c.positions == Positions::rope) {
        const int turned = c.layer(-1).d_rotary;
        require(c.d_rotary >= 0 && c.d_rotary <= c.d_head, where, "d_rotary",
                "0 (d_head) to d_head = " + to_string(c.d_head), to_string(c.d_rotary));
        require(turned % 2 == 0, where, c.d_rotary > 0 ? "d_rotary" : "d_head",
                "an even number (RoPE rotates pairs)", to_string(turned));
        require(c.rope_theta > 0 && c.rope_theta < 1e30, where, "rope_theta", "a positive number",
                to_string(c.rope_theta));
        require(c.window_rope_theta >= 0 && c.window_rope_theta < 1e30, where, "window_rope_theta",
                "0 (as rope_theta) or more", to_string(c.window_rope_theta));
        validate(c.rope_scaling, {c.rope_theta, turned, c.n_ctx}, where + ": rope_scaling");
    }
    require(c.layer_rope.empty() || (c.layer_rope.size() == static_cast<std::size_t>(c.n_layers) &&
                                     c.positions == Positions::rope),
            where, "layer_rope", "one for each layer of a model with RoPE, or none",
            to_string(c.layer_rope.size()));
    for (const int r : c.layer_rope) require(r == 0 || r == 1, where, "layer_rope", "0 or 1", to_string(r));
    require(c.position_offset >= 0 && c.position_offset <= 1 << 20 &&
                (c.position_offset == 0 || c.positions == Positions::learned),
            where, "position_offset", "0, or in a model with learned positions up to 1048576",
            to_string(c.position_offset));
    if (c.positions != Positions::buckets) return;
    // Half of the buckets, in each direction, are for one distance each.
    const int per_direction =
        c.mask == MaskKind::bidirectional || c.has_encoder() ? c.n_buckets / 2 : c.n_buckets;
    require(c.n_buckets >= 4 && c.n_buckets % 4 == 0 && c.n_buckets <= 1 << 16, where, "n_buckets",
            "a multiple of 4 up to 65536", to_string(c.n_buckets));
    require(c.bucket_max_distance > std::max(per_direction, c.n_buckets) / 2 &&
                c.bucket_max_distance <= 1 << 24,
            where, "bucket_max_distance", "more than half of n_buckets", to_string(c.bucket_max_distance));
}

} // namespace

void validate(const ModelConfig& c, const std::string& where) {
    auto require = [&](bool ok, const char* field, const std::string& expected, const std::string& found) {
        gf::require(ok, where, field, expected, found);
    };
    // The upper ends are far above any known model and keep every product of two sizes inside 64 bits.
    auto size = [&](int value, const char* field, int most) {
        require(value >= 1 && value <= most, field, "1 to " + std::to_string(most), std::to_string(value));
    };
    size(c.d_model, "d_model", 1 << 17);
    size(c.n_layers, "n_layers", 1 << 12);
    size(c.n_heads, "n_heads", 1 << 12);
    size(c.n_kv_heads, "n_kv_heads", 1 << 12);
    size(c.d_head, "d_head", 1 << 14);
    size(c.n_ctx, "n_ctx", 1 << 24);
    size(c.d_vocab, "d_vocab", 1 << 24);
    require(c.n_layer_groups >= 0 && c.n_layer_groups <= c.n_layers, "n_layer_groups",
            "0 (no sharing) to n_layers = " + std::to_string(c.n_layers), std::to_string(c.n_layer_groups));
    require(c.n_encoder_layers >= 0 && c.n_encoder_layers <= 1 << 12, "n_encoder_layers",
            "0 (no encoder) to 4096", std::to_string(c.n_encoder_layers));
    require(!c.has_encoder() ||
                (c.n_layer_groups == 0 && c.mlp != MlpKind::none && c.head == OutputHead::tokens &&
                 c.mask != MaskKind::bidirectional && !c.norms_output() && !c.is_parallel() &&
                 (c.tensor_names == TensorNames::llama || c.tensor_names == TensorNames::t5)),
            "n_encoder_layers",
            "0, unless the model continues text, has MLPs in turn with attention and no norm behind either, "
            "shares no layers and has names of its own or T5's",
            std::to_string(c.n_encoder_layers));
    require(c.n_heads % c.n_kv_heads == 0, "n_kv_heads",
            "a divisor of n_heads = " + std::to_string(c.n_heads), std::to_string(c.n_kv_heads));
    require(c.norm_eps >= 0 && c.norm_eps < 1, "norm_eps", "0 to 1", std::to_string(c.norm_eps));
    require(c.gain_offset >= 0 && c.gain_offset <= 1, "gain_offset", "0 to 1", std::to_string(c.gain_offset));
    require(c.embed_scale > 0 && c.embed_scale < 1e6, "embed_scale", "a number above 0",
            std::to_string(c.embed_scale));
    require(c.attn_scale >= 0 && c.attn_scale < 1e6, "attn_scale", "0 (1 / sqrt(d_head)) or more",
            std::to_string(c.attn_scale));
    if (c.mlp != MlpKind::none) size(c.d_mlp, "d_mlp", 1 << 20);
    require(c.score_cap >= 0 && c.score_cap < 1e6, "score_cap", "0 (none) or more",
            std::to_string(c.score_cap));
    require(c.logit_cap >= 0 && c.logit_cap < 1e6, "logit_cap", "0 (none) or more",
            std::to_string(c.logit_cap));
    require(c.logit_scale > 0 && c.logit_scale < 1e6, "logit_scale", "a number above 0",
            std::to_string(c.logit_scale));
    validate_positions(c, where);
    require(!c.is_parallel() || (c.norm_place == NormPlace::pre && c.mlp != MlpKind::none), "sublayers",
            "in_turn, unless the model has MLPs and norms before its sub-layers only",
            std::string(name(c.sublayers)));
    require(!c.unembed_bias || c.head == OutputHead::tokens, "unembed_bias",
            "false, unless the head is tokens", "true");
    require(c.mask <= MaskKind::sliding_window, "mask",
            "causal, bidirectional, prefix or sliding_window (the other kinds are masks of a setup)",
            "'" + std::string(name(c.mask)) + "'");
    if (c.mask == MaskKind::sliding_window) size(c.window, "window", 1 << 30);
    const std::size_t n_windows = c.layer_windows.size();
    require(n_windows == 0 ||
                (n_windows == static_cast<std::size_t>(c.n_layers) && c.mask == MaskKind::causal),
            "layer_windows", "one for each layer of a causal model, or none", std::to_string(n_windows));
    for (const int w : c.layer_windows)
        require(w >= 0 && w <= 1 << 30, "layer_windows", "0 (none) to 1073741824", std::to_string(w));
    require(c.n_experts >= 0 && c.n_experts <= (1 << 12), "n_experts", "0 to 4096",
            std::to_string(c.n_experts));
    if (c.is_moe()) {
        require(c.mlp != MlpKind::none, "n_experts", "0 in a model without MLP", std::to_string(c.n_experts));
        require(c.experts_per_token >= 1 && c.experts_per_token <= c.n_experts, "experts_per_token",
                "1 to n_experts = " + std::to_string(c.n_experts), std::to_string(c.experts_per_token));
    }
    const std::string without = " in a model without experts";
    require(c.n_shared_experts >= 0 && c.n_shared_experts <= (c.is_moe() ? 1 << 12 : 0), "n_shared_experts",
            c.is_moe() ? "0 to 4096" : "0" + without, std::to_string(c.n_shared_experts));
    require(c.is_moe() || c.router == RouterKind::softmax, "router", "softmax" + without,
            "'" + std::string(name(c.router)) + "'");
    require(c.is_moe() || !c.router_bias, "router_bias", "false" + without, "true");
    require(c.is_moe() || c.renormalised_gates, "renormalised_gates", "true" + without, "false");
    if (c.head == OutputHead::classes) size(c.n_classes, "n_classes", 1 << 20);
    require(c.has_logits() || !c.tied_embeddings, "tied_embeddings", "false in a model without logits",
            "true");
    const bool biased_layer_norms = c.norm == NormKind::layer && c.positions == Positions::learned &&
                                    c.mlp == MlpKind::plain && !c.is_moe() && c.n_kv_heads == c.n_heads &&
                                    c.d_q() == c.d_model && c.attn_out_bias && c.mlp_bias &&
                                    c.n_layer_groups == 0;
    const bool pre = c.norm_place == NormPlace::pre;
    if (c.tensor_names == TensorNames::gpt2)
        require(biased_layer_norms && c.attn_qkv_bias && pre && !c.embed_norm && c.head == OutputHead::tokens,
                "tensor_names", "llama (gpt2 names only fit GPT-2's architecture)", "gpt2");
    if (c.tensor_names == TensorNames::gpt_neo)
        require(biased_layer_norms && pre && !c.embed_norm && c.head == OutputHead::tokens, "tensor_names",
                "llama (gpt_neo names only fit GPT-Neo's architecture)", "gpt_neo");
    const bool berts = c.tensor_names == TensorNames::bert || c.tensor_names == TensorNames::roberta ||
                       c.tensor_names == TensorNames::distilbert;
    if (berts)
        require(biased_layer_norms && c.attn_qkv_bias && !pre && c.embed_norm &&
                    c.mask == MaskKind::bidirectional &&
                    (c.head == OutputHead::masked_tokens || c.head == OutputHead::none),
                "tensor_names", "llama (bert names only fit BERT's architecture)",
                std::string(name(c.tensor_names)));
    require(c.tensor_names != TensorNames::t5 || c.has_encoder(), "tensor_names",
            "llama (T5's names only fit an encoder-decoder)", "t5");
}

} // namespace gf
