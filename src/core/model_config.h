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
/// Where the norms of a block stand.
enum class NormPlace {
    pre,    ///< x + f(norm(x)): before each sub-layer (Xiong et al. 2020)
    post,   ///< norm(x + f(x)): after each residual addition (Vaswani et al. 2017)
    output, ///< x + norm(f(x)): only what a sub-layer adds (OLMo 2, Team OLMo 2024)
    both,   ///< x + norm(f(norm(x))): before and behind each sub-layer (Gemma 2, Team Gemma 2024)
};
/// What the sub-layers of a block read.
enum class Sublayers {
    in_turn,         ///< attention reads the stream, the MLP what attention has made of it
    parallel,        ///< both read the stream that enters the block, each behind its own norm (GPT-NeoX)
    parallel_shared, ///< both read the same norm of it (GPT-J, Wang & Komatsuzaki 2021)
};
/// The RMSNorm of queries and keys before their product (Henry et al. 2020).
enum class QkNorm {
    none,
    heads,      ///< of each head's vector, with one gain for all heads
    projection, ///< of all heads' vectors together
};
/// buckets: a learned number for each head and range of distances is added to the scores (T5, Raffel et al.
/// 2020).
enum class Positions { none, learned, sinusoidal, rope, alibi, buckets };
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
/// Whose names the parameters carry in files.
enum class TensorNames {
    llama,
    gpt2,
    bert,
    gpt_neo,
    gpt_neox,
    opt,
    phi,
    phi3,
    gemma2,
    olmo2,
    roberta,
    distilbert,
    t5
};

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

/// How router logits become expert weights: shares of all experts (Shazeer et al. 2017), or each one for
/// itself (DeepSeek-V3 2024).
enum class RouterKind { softmax, sigmoid };

/// What can differ from layer to layer.
struct LayerConfig {
    MaskKind mask;
    int window;
    Positions positions;
    RopePairs rope_pairs;
    int d_rotary; ///< how many dimensions of each head RoPE turns; 0 in a layer without RoPE
    double rope_theta;
    const RopeScaling* rope_scaling; ///< lives as long as the ModelConfig that was asked
    MlpKind mlp;
    RouterKind router;
    bool router_bias, renormalised_gates;
    int n_experts, experts_per_token, n_shared_experts;
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
    Sublayers sublayers = Sublayers::in_turn;

    Positions positions = Positions::rope;
    RopePairs rope_pairs = RopePairs::half;
    int d_rotary = 0; ///< RoPE turns the first so many dimensions of each head; 0: all of them
    double rope_theta = 10000.0;
    RopeScaling rope_scaling{};
    double window_rope_theta = 0; ///< layers with a window have this base, without scaling; 0: as the others
    /// 1 for each layer that RoPE turns, 0 for one without positions, in a model whose layers differ; else
    /// empty.
    std::vector<int> layer_rope{};
    int position_offset = 0; ///< learned: rows of the table in files before that of position 0 (OPT: 2)
    int n_buckets = 0;       ///< buckets: ranges of distances, over both directions if the model reads both
    int bucket_max_distance = 0; ///< buckets: from here on all distances are one bucket

    double embed_scale = 1; ///< the tokens' embeddings are multiplied by it (Gemma: the root of d_model)
    double attn_scale = 0;  ///< query times key is; 0: by 1 / sqrt(d_head)
    QkNorm qk_norm = QkNorm::none;
    double score_cap = 0;   ///< scores s become cap tanh(s / cap) (Gemma 2); 0: they do not
    double logit_cap = 0;   ///< the same for logits
    double logit_scale = 1; ///< logits are multiplied by it (T5: 1 / the root of d_model)
    /// Each head has a learned score without a value, so that its weights sum to less than 1 (Agarwal et al.
    /// 2025).
    bool attn_sink = false;

    MaskKind mask = MaskKind::causal;
    int window = 0; ///< sliding_window: a query sees itself and the window - 1 tokens before it
    /// The window of each layer, 0 for none, in a model with the mask `causal` whose layers differ; else
    /// empty.
    std::vector<int> layer_windows{};

    MlpKind mlp = MlpKind::gated;
    Activation activation = Activation::silu;
    int n_experts = 0; ///< 0: dense
    int experts_per_token = 0;
    int n_shared_experts = 0; ///< every token visits these, too, with gate 1 (DeepSeekMoE, Dai et al. 2024)
    RouterKind router = RouterKind::softmax;
    /// A bias for each expert that is added to its weight where experts are chosen, but not in the gates.
    /// Training moves it towards an even load (DeepSeek-V3 2024); the task gives it no gradient.
    bool router_bias = false;
    /// Gates are the weights of the chosen experts divided by their sum; if false, the weights themselves
    /// (Switch, Fedus et al. 2022).
    bool renormalised_gates = true;

    OutputHead head = OutputHead::tokens;
    Pooling pooling = Pooling::first; ///< used by the heads classes and embedding
    int n_classes = 0;                ///< used by the head classes

    bool embed_norm = false; ///< a norm over the sum of the embeddings (BERT)
    bool tied_embeddings = false;
    bool attn_qkv_bias = false;
    bool attn_out_bias = false;
    bool mlp_bias = false;
    bool unembed_bias = false; ///< of the head tokens; masked_tokens always has one

    TensorNames tensor_names = TensorNames::llama;
    int bos_id = -1; ///< -1: the model has none
    int eos_id = -1;

    bool operator==(const ModelConfig&) const = default;

    /// What a layer is; the fields above are the values for layers that say nothing else. The passes, the
    /// plan of a run and the formulas ask for these here only.
    LayerConfig layer(int l) const;
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
    /// Whether each sub-layer reads a norm of the stream.
    bool norms_input() const { return norm_place == NormPlace::pre || norm_place == NormPlace::both; }
    /// Whether what a sub-layer adds to the stream is normalised before.
    bool norms_output() const { return norm_place == NormPlace::output || norm_place == NormPlace::both; }
    /// Whether the stream itself is normalised behind each sub-layer. If it is not, a norm follows the last
    /// layer.
    bool norms_stream() const { return norm_place == NormPlace::post; }
    bool is_parallel() const { return sublayers != Sublayers::in_turn; }
    /// Whether the MLP has a norm of its own before or, where the stream is normalised, behind it.
    bool has_norm2() const {
        return mlp != MlpKind::none && (norms_stream() || norms_input()) &&
               sublayers != Sublayers::parallel_shared;
    }
    bool has_unembed_bias() const {
        return head == OutputHead::masked_tokens || (head == OutputHead::tokens && unembed_bias);
    }
    /// What the product of a query and a key is multiplied by.
    real score_scale() const {
        return attn_scale > 0 ? static_cast<real>(attn_scale) : 1 / std::sqrt(static_cast<real>(d_head));
    }
    /// Query heads per key-value head.
    int group_size() const { return n_heads / n_kv_heads; }
    int d_q() const { return n_heads * d_head; }
    int d_kv() const { return n_kv_heads * d_head; }
    /// MLPs that a token passes: its experts, the shared ones last, or one in a dense model.
    int expert_slots() const { return is_moe() ? experts_per_token + n_shared_experts : 1; }
    /// MLPs of a layer that has any: all experts, the shared ones last, or one in a dense model.
    int n_mlps() const { return is_moe() ? n_experts + n_shared_experts : 1; }
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
std::string_view name(Sublayers);
std::string_view name(QkNorm);
std::string_view name(Positions);
std::string_view name(RopePairs);
std::string_view name(RopeScalingKind);
std::string_view name(Activation);
std::string_view name(MlpKind);
std::string_view name(RouterKind);
std::string_view name(MaskKind);
std::string_view name(TensorNames);
std::string_view name(OutputHead);
std::string_view name(Pooling);

/// The enumerator with this name; E is one of the enums above. `where` names the file or option.
/// @throws Error with the valid names if there is none
template <class E>
E from_name(std::string_view word, const std::string& where);

} // namespace gf
