#include "core/model_config.h"

#include "platform/error.h"

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
GF_NAMES(NormPlace, "norm_place", "pre", "post")
GF_NAMES(Positions, "positions", "none", "learned", "sinusoidal", "rope", "alibi")
GF_NAMES(RopePairs, "rope_pairs", "interleaved", "half")
GF_NAMES(RopeScalingKind, "rope_scaling", "none", "linear", "dynamic", "llama3", "yarn", "longrope")
GF_NAMES(Activation, "activation", "gelu_tanh", "gelu", "silu", "relu")
GF_NAMES(MlpKind, "mlp", "none", "plain", "gated")
GF_NAMES(MaskKind, "mask", "causal", "bidirectional", "prefix", "sliding_window", "first_and_window",
         "document", "block_sparse", "strided", "padding")
GF_NAMES(TensorNames, "tensor_names", "llama", "gpt2", "bert", "gpt_neo")
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
std::string_view name(Positions e) { return word_of(e); }
std::string_view name(RopePairs e) { return word_of(e); }
std::string_view name(RopeScalingKind e) { return word_of(e); }
std::string_view name(Activation e) { return word_of(e); }
std::string_view name(MlpKind e) { return word_of(e); }
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
template Positions from_name(std::string_view, const std::string&);
template RopePairs from_name(std::string_view, const std::string&);
template RopeScalingKind from_name(std::string_view, const std::string&);
template Activation from_name(std::string_view, const std::string&);
template MlpKind from_name(std::string_view, const std::string&);
template MaskKind from_name(std::string_view, const std::string&);
template TensorNames from_name(std::string_view, const std::string&);
template OutputHead from_name(std::string_view, const std::string&);
template Pooling from_name(std::string_view, const std::string&);

ModelConfig encoder_config(const ModelConfig& config) {
    ModelConfig c = config;
    c.n_layers = config.n_encoder_layers;
    c.n_encoder_layers = 0;
    c.mask = MaskKind::bidirectional;
    c.window = 0;
    c.layer_windows.clear();
    c.head = OutputHead::none;
    c.tied_embeddings = false;
    return c;
}

void validate(const ModelConfig& c, const std::string& where) {
    auto require = [&](bool ok, const char* field, const std::string& expected, const std::string& found) {
        if (!ok) throw Error({where + ": " + field, expected, found, ""});
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
                 c.mask != MaskKind::bidirectional && c.tensor_names == TensorNames::llama),
            "n_encoder_layers",
            "0, unless the model continues text, has MLPs, shares no layers and has names of its own",
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
    if (c.positions == Positions::rope) {
        require(c.d_head % 2 == 0, "d_head", "an even number (RoPE rotates pairs)", std::to_string(c.d_head));
        require(c.rope_theta > 0 && c.rope_theta < 1e30, "rope_theta", "a positive number",
                std::to_string(c.rope_theta));
        validate(c.rope_scaling, {c.rope_theta, c.d_head, c.n_ctx}, where + ": rope_scaling");
    }
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
    if (c.tensor_names == TensorNames::bert)
        require(biased_layer_norms && c.attn_qkv_bias && !pre && c.embed_norm &&
                    c.mask == MaskKind::bidirectional &&
                    (c.head == OutputHead::masked_tokens || c.head == OutputHead::none),
                "tensor_names", "llama (bert names only fit BERT's architecture)", "bert");
}

} // namespace gf
