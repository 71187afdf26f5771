#pragma once
// The whole shape of a model as plain data. The readers in src/io translate the config files of model
// families into it; nothing else in the engine knows about families.

#include "core/kernels/activation.h"
#include "core/real.h"
#include "core/rope_scaling.h"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

enum class NormKind { layer, rms }; ///< LayerNorm (Ba et al. 2016), RMSNorm (Zhang & Sennrich 2019)
/// Before each sub-layer, or after each residual addition (Vaswani et al. 2017).
enum class NormPlace { pre, post };
enum class Positions { none, learned, sinusoidal, rope, alibi };
/// Which dimensions rotate together: (2i, 2i + 1), or (i, i + d_head / 2).
enum class RopePairs { interleaved, half };
enum class MlpKind { none, plain, gated }; ///< none: an attention-only block
/// Those up to sliding_window are what models are trained with. The others are sparse attention's and stand
/// in the rules of a setup; core/mask_shape.h says what each shows.
enum class MaskKind {
    causal,
    bidirectional,
    prefix,
    sliding_window,
    first_and_window,
    document,
    block_sparse,
    strided,
    padding
};
enum class TensorNames { llama, gpt2, bert, gpt_neo }; ///< whose names the parameters carry in files

enum class OutputHead {
    tokens,        ///< logits of the next token
    masked_tokens, ///< logits through a dense layer, activation and norm (BERT, Devlin et al. 2019)
    classes,       ///< class logits of each segment, from its pooled vector
    embedding,     ///< the pooled vector of each segment (sentence embeddings, Reimers & Gurevych 2019)
    none,          ///< the residual stream itself
};
/// Which of a segment's tokens make its pooled vector; padding never does.
enum class Pooling { first, mean, last };
/// The two stacks of an encoder-decoder. The only stack of any other model counts as the decoder.
enum class Stack { decoder, encoder };

/// What can differ from layer to layer.
struct LayerConfig {
    MaskKind mask;
    int window;
    Positions positions;
    RopePairs rope_pairs;
    double rope_theta;
    const RopeScaling* rope_scaling; ///< lives as long as the ModelConfig that was asked
    MlpKind mlp;
    int n_experts, experts_per_token;
    bool is_moe() const { return n_experts > 0; }
};

struct ModelConfig {
    int d_model = 0;
    int n_layers = 0;
    /// 0: each layer has its own parameters; else successive layers share one of this many sets (ALBERT).
    int n_layer_groups = 0;
    /// 0: no encoder; else the model is an encoder-decoder (Vaswani et al. 2017), and n_layers are the
    /// decoder's.
    int n_encoder_layers = 0;
    int n_heads = 0;
    int n_kv_heads = 0; ///< divides n_heads; query head h reads key-value head h / (n_heads / n_kv_heads)
    int d_head = 0;
    int d_mlp = 0;
    int n_ctx = 0;
    int d_vocab = 0;

    NormKind norm = NormKind::rms;
    NormPlace norm_place = NormPlace::pre;
    double norm_eps = 1e-5;
    double gain_offset = 0; ///< added to the stored gains of all norms (Gemma: 1)

    Positions positions = Positions::rope;
    RopePairs rope_pairs = RopePairs::half;
    double rope_theta = 10000.0;
    RopeScaling rope_scaling{};

    double embed_scale = 1; ///< the tokens' embeddings are multiplied by it (Gemma: the root of d_model)
    double attn_scale = 0;  ///< query times key is; 0: by 1 / sqrt(d_head)

    MaskKind mask = MaskKind::causal;
    int window = 0; ///< sliding_window: a query sees itself and the window - 1 tokens before it
    /// The window of each layer, 0 for none, in a model with the mask `causal` whose layers differ; else
    /// empty.
    std::vector<int> layer_windows{};

    MlpKind mlp = MlpKind::gated;
    Activation activation = Activation::silu;
    int n_experts = 0; ///< 0: dense
    int experts_per_token = 0;

    OutputHead head = OutputHead::tokens;
    Pooling pooling = Pooling::first; ///< used by the heads classes and embedding
    int n_classes = 0;                ///< used by the head classes

    bool embed_norm = false; ///< a norm over the sum of the embeddings (BERT)
    bool tied_embeddings = false;
    bool attn_qkv_bias = false;
    bool attn_out_bias = false;
    bool mlp_bias = false;

    TensorNames tensor_names = TensorNames::llama;
    int bos_id = -1; ///< -1: the model has none
    int eos_id = -1;

    bool operator==(const ModelConfig&) const = default;

    /// What a layer is; the fields above are the values for layers that say nothing else. The passes, the
    /// plan of a run and the formulas ask for these here only.
    LayerConfig layer(int l) const {
        if (!layer_windows.empty() && l >= 0 && layer_windows[static_cast<std::size_t>(l)] > 0)
            return layer_with(MaskKind::sliding_window, layer_windows[static_cast<std::size_t>(l)]);
        return layer_with(mask, window);
    }
    /// How many sets of block parameters there are (cross-layer sharing, Lan et al. 2020).
    int n_groups() const { return n_layer_groups > 0 ? n_layer_groups : n_layers; }
    /// The set of block parameters that a layer uses; -1 for layer -1, which is outside the blocks.
    int layer_group(int layer) const {
        return n_layer_groups > 0 && layer > 0
                   ? static_cast<int>(static_cast<long long>(layer) * n_layer_groups / n_layers)
                   : layer;
    }
    /// Whether each layer also attends to an encoder's output for a source text.
    bool has_encoder() const { return n_encoder_layers > 0; }
    bool has_logits() const { return head == OutputHead::tokens || head == OutputHead::masked_tokens; }
    bool pools() const { return head == OutputHead::classes || head == OutputHead::embedding; }
    /// Whether the last row's logits are those of a token that can be appended.
    bool continues_text() const { return head == OutputHead::tokens && mask != MaskKind::bidirectional; }
    /// Whether a row's logits are those of its own token, seen from both sides, instead of the next token.
    bool fills_in() const { return has_logits() && !continues_text(); }
    /// The row whose logits predict the token at `position`.
    int logits_row(int position) const { return fills_in() ? position : position - 1; }
    bool is_moe() const { return n_experts > 0; }
    /// What the product of a query and a key is multiplied by.
    real score_scale() const {
        return attn_scale > 0 ? static_cast<real>(attn_scale) : 1 / std::sqrt(static_cast<real>(d_head));
    }
    /// Query heads per key-value head.
    int group_size() const { return n_heads / n_kv_heads; }
    int d_q() const { return n_heads * d_head; }
    int d_kv() const { return n_kv_heads * d_head; }
    /// MLPs that a token passes: its experts, or one in a dense model.
    int expert_slots() const { return is_moe() ? experts_per_token : 1; }

  private:
    LayerConfig layer_with(MaskKind its_mask, int its_window) const {
        return {its_mask,      its_window, positions, rope_pairs,       rope_theta,
                &rope_scaling, mlp,        n_experts, experts_per_token};
    }
};

/// The encoder of an encoder-decoder, as a model of its own: the same blocks without cross-attention, reading
/// in both directions, and no head.
ModelConfig encoder_config(const ModelConfig& config);

/// Checks that the fields make sense, alone and together. `where` names the file for the message.
/// @throws Error that names the first wrong field, its value and the expected one
void validate(const ModelConfig& config, const std::string& where);

// Names of the enumerators. Files, the command line, the window and error messages use the same words.
std::string_view name(NormKind);
std::string_view name(NormPlace);
std::string_view name(Positions);
std::string_view name(RopePairs);
std::string_view name(RopeScalingKind);
std::string_view name(Activation);
std::string_view name(MlpKind);
std::string_view name(MaskKind);
std::string_view name(TensorNames);
std::string_view name(OutputHead);
std::string_view name(Pooling);

/// The enumerator with this name; E is one of the enums above. `where` names the file or option.
/// @throws Error with the valid names if there is none
template <class E>
E from_name(std::string_view word, const std::string& where);

} // namespace gf
