#pragma once
// The whole shape of a model as plain data. Nothing else in the engine knows about model families.

#include "core/kernels/activation.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf {

enum class NormKind { layer, rms }; ///< LayerNorm (Ba et al. 2016), RMSNorm (Zhang & Sennrich 2019)
enum class NormPlace {
    pre,
    post
}; ///< before each sub-layer, or after each residual addition (Vaswani et al. 2017)
enum class Positions { none, learned, sinusoidal, rope, alibi };
enum class RopePairs {
    interleaved,
    half
}; ///< which dimensions rotate together: (2i, 2i+1), or (i, i + d_head/2)
enum class MlpKind { none, plain, gated }; ///< none: an attention-only block
enum class MaskKind { causal, bidirectional, prefix, sliding_window };
enum class TensorNames { llama, gpt2, bert }; ///< whose names the parameters carry in files

enum class OutputHead {
    tokens,        ///< logits of the next token
    masked_tokens, ///< logits through a dense layer, activation and norm (BERT, Devlin et al. 2019)
    classes,       ///< of each segment: a class from its pooled vector
    embedding,     ///< of each segment: its pooled vector (sentence embeddings, Reimers & Gurevych 2019)
    none,          ///< the residual stream itself
};
enum class Pooling { first, mean, last }; ///< of a segment's real tokens
enum class Stack {
    decoder,
    encoder
}; ///< of an encoder-decoder; the only one of any other model counts as the decoder

struct ModelConfig {
    int d_model = 0;
    int n_layers = 0;
    int n_layer_groups = 0; ///< 0: each layer has its own parameters; else layers in a row share one of this
                            ///< many sets (ALBERT)
    int n_encoder_layers = 0; ///< 0: no encoder; else the model is an encoder-decoder (Vaswani et al. 2017),
                              ///< n_layers its decoder's
    int n_heads = 0;
    int n_kv_heads = 0; ///< divides n_heads; query head h reads key-value head h / (n_heads / n_kv_heads)
    int d_head = 0;
    int d_mlp = 0;
    int n_ctx = 0;
    int d_vocab = 0;

    NormKind norm = NormKind::rms;
    NormPlace norm_place = NormPlace::pre;
    double norm_eps = 1e-5;

    Positions positions = Positions::rope;
    RopePairs rope_pairs = RopePairs::half;
    double rope_theta = 10000.0;

    MaskKind mask = MaskKind::causal;
    int window = 0; ///< sliding_window: a query sees itself and the window - 1 tokens before it

    MlpKind mlp = MlpKind::gated;
    Activation activation = Activation::silu;
    int n_experts = 0; ///< 0: dense
    int experts_per_token = 0;

    OutputHead head = OutputHead::tokens;
    Pooling pooling = Pooling::first; ///< heads classes and embedding
    int n_classes = 0;                ///< head classes

    bool embed_norm = false; ///< a norm over the sum of the embeddings (BERT)
    bool tied_embeddings = false;
    bool attn_qkv_bias = false;
    bool attn_out_bias = false;
    bool mlp_bias = false;

    TensorNames tensor_names = TensorNames::llama;
    int bos_id = -1; ///< -1: the model has none
    int eos_id = -1;

    bool operator==(const ModelConfig&) const = default;

    /// Sets of block parameters, and which one a layer uses (cross-layer sharing, Lan et al. 2020); -1,
    /// outside the blocks, stays.
    int n_groups() const { return n_layer_groups > 0 ? n_layer_groups : n_layers; }
    int layer_group(int layer) const {
        return n_layer_groups > 0 && layer > 0
                   ? static_cast<int>(static_cast<long long>(layer) * n_layer_groups / n_layers)
                   : layer;
    }
    /// Whether each layer also attends to what an encoder made of a source text.
    bool has_encoder() const { return n_encoder_layers > 0; }
    bool has_logits() const { return head == OutputHead::tokens || head == OutputHead::masked_tokens; }
    bool pools() const { return head == OutputHead::classes || head == OutputHead::embedding; }
    /// Whether the last row's logits are those of a token that can be appended.
    bool continues_text() const { return head == OutputHead::tokens && mask != MaskKind::bidirectional; }
    /// Whether a row's logits are those of its own token, seen from both sides, instead of the token behind
    /// it.
    bool fills_in() const { return has_logits() && !continues_text(); }
    /// The row whose logits say what stands at `position`.
    int logits_row(int position) const { return fills_in() ? position : position - 1; }
    bool is_moe() const { return n_experts > 0; }
    int group_size() const { return n_heads / n_kv_heads; }
    int d_q() const { return n_heads * d_head; }
    int d_kv() const { return n_kv_heads * d_head; }
    int expert_slots() const { return is_moe() ? experts_per_token : 1; }
};

/// The encoder of an encoder-decoder, as a model of its own: the same blocks without cross-attention, reading
/// in both directions, and no head.
ModelConfig encoder_config(const ModelConfig& config);

/// Throws Error naming the first field that makes no sense: what was found, what is expected. `where` names
/// the file.
void validate(const ModelConfig& config, const std::string& where);

// Names of the enumerators, one table each: files, the command line, the window and error messages use the
// same words.
std::string_view name(NormKind);
std::string_view name(NormPlace);
std::string_view name(Positions);
std::string_view name(RopePairs);
std::string_view name(Activation);
std::string_view name(MlpKind);
std::string_view name(MaskKind);
std::string_view name(TensorNames);
std::string_view name(OutputHead);
std::string_view name(Pooling);

/// The enumerator called `word`; throws Error listing the valid names. E is one of the enums above.
template <class E>
E from_name(std::string_view word, const std::string& where);

} // namespace gf
