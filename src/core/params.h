#pragma once
// The parameters of a model. One table of rows drives allocation, reading and writing files, the optimiser,
// the inspector and the parameter count.

#include "core/kernels/matrix.h"
#include "core/model_config.h"
#include "core/real.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace gf {

/// What a parameter does. Matrices are kept [in, out], so that a row of activations times the matrix is a
/// plain product. Gains and biases of norms are [d_model]; a bias has the width that its matrix gives.
enum class Role {
    embed,         ///< [d_vocab, d_model]
    pos_embed,     ///< [position_offset + n_ctx, d_model]
    position_bias, ///< [n_buckets, n_heads]: of all layers of a stack
    embed_ln_gain,
    embed_ln_bias,
    ln1_gain,
    ln1_bias,
    qkv, ///< [d_model, d_q + 2 d_kv]: some families keep q, k and v side by side
    qkv_bias,
    q, ///< [d_model, d_q]
    q_bias,
    k, ///< [d_model, d_kv]
    k_bias,
    v, ///< [d_model, d_kv]
    v_bias,
    q_norm_gain, ///< [d_head] or [d_q], see QkNorm
    k_norm_gain, ///< [d_head] or [d_kv]
    sink,        ///< [n_heads]
    attn_out,    ///< [d_q, d_model]
    attn_out_bias,
    ln1_post_gain, ///< this one and those with `post` below: of the norms of what a sub-layer adds
    ln1_post_bias,
    ln_cross_gain, ///< this one and those below: attention to the source, with the shapes of attention
    ln_cross_bias,
    cross_q,
    cross_q_bias,
    cross_k,
    cross_k_bias,
    cross_v,
    cross_v_bias,
    cross_attn_out,
    cross_attn_out_bias,
    ln2_gain,
    ln2_bias,
    ln2_post_gain,
    ln2_post_bias,
    router,      ///< [d_model, n_experts]
    router_bias, ///< [n_experts]: counts where experts are chosen only
    mlp_in_up,   ///< [d_model, 2 d_mlp]: some families keep the two below side by side
    mlp_in,      ///< [d_model, d_mlp]: what the activation function is applied to
    mlp_in_bias,
    mlp_up, ///< [d_model, d_mlp]: in a gated MLP the factor without activation function
    mlp_up_bias,
    mlp_out, ///< [d_mlp, d_model]
    mlp_out_bias,
    ln_final_gain,
    ln_final_bias,
    mlm_dense, ///< [d_model, d_model]: of the masked-token head
    mlm_dense_bias,
    mlm_ln_gain,
    mlm_ln_bias,
    unembed, ///< [d_model, d_vocab]
    unembed_bias,
    classifier, ///< [d_model, n_classes]
    classifier_bias,
};

/// How a parameter begins. The deviation of `normal` is 0.02, that of `normal_residual`, for the matrices
/// that write to the residual stream, 0.02 / sqrt(2 n_layers) (GPT-2, Radford et al. 2019).
enum class Init { zeros, ones, normal, normal_residual };

struct ParamRow {
    std::string name;       ///< as in Hugging Face's files
    std::vector<int> shape; ///< as in memory: {in, out} or {width}
    bool file_transposed;   ///< the file holds [out, in] (torch.nn.Linear)
    /// 0, or into how many heads the outputs of q, k and v are sorted in the file: (head, q or k or v,
    /// d_head) where memory has (q or k or v, head, d_head).
    int file_heads;
    Init init;
    bool decay; ///< whether weight decay applies
    Role role;
    int layer;   ///< -1 outside the blocks; with shared layers their group, ModelConfig::layer_group()
    int expert;  ///< -1 if there are no experts; the shared ones come behind the others
    Stack stack; ///< the token embedding, which both stacks read, counts as the decoder's
    std::size_t offset = 0; ///< where its values begin among all of Weights
    /// How many values it has.
    std::size_t size() const;
    /// The shape as the file has it.
    std::vector<int> file_shape() const;
    /// Whether the stack computes with it.
    bool serves(Stack s) const { return stack == s || role == Role::embed; }
};

/// The rows in file order, offsets set. The config must be valid.
std::vector<ParamRow> param_table(const ModelConfig& config);

/// How many values the table has in all, found without building it. Saturates instead of overflowing, so that
/// it can be asked before anything is allocated.
std::size_t param_count(const ModelConfig& config);

/// One MLP.
struct ExpertWeights {
    Matrix in, up, out; ///< up: gated MLPs only
    const real *in_bias = nullptr, *up_bias = nullptr, *out_bias = nullptr;
};

struct AttentionWeights {
    Matrix q, k, v, attn_out;
    const real *q_norm_gain = nullptr, *k_norm_gain = nullptr;
    const real* sink = nullptr; ///< [n_heads]
    const real *q_bias = nullptr, *k_bias = nullptr, *v_bias = nullptr, *attn_out_bias = nullptr;
};

/// Views of one block's parameters. A pointer is null where the model has no such parameter.
struct BlockWeights : AttentionWeights {
    const real *ln1_gain = nullptr, *ln1_bias = nullptr, *ln2_gain = nullptr, *ln2_bias = nullptr;
    const real *ln1_post_gain = nullptr, *ln1_post_bias = nullptr, *ln2_post_gain = nullptr,
               *ln2_post_bias = nullptr;
    const real *ln_cross_gain = nullptr, *ln_cross_bias = nullptr;
    AttentionWeights cross; ///< attention to the source, in the decoder of an encoder-decoder
    Matrix router;
    const real* router_bias = nullptr;
    std::vector<ExpertWeights> experts; ///< one if the MLP is dense, none if the model is attention only; the
                                        ///< shared experts last
};

/// Views of what one stack of blocks computes with.
struct StackWeights {
    const real* embed = nullptr;         ///< [d_vocab, d_model]
    const real* pos_embed = nullptr;     ///< [n_ctx, d_model] from position 0 on; learned positions only
    const real* position_bias = nullptr; ///< [n_buckets, n_heads]
    const real *embed_ln_gain = nullptr, *embed_ln_bias = nullptr;
    const real *ln_final_gain = nullptr, *ln_final_bias = nullptr; ///< not if the stream is normalised
    Matrix mlm_dense;
    const real *mlm_dense_bias = nullptr, *mlm_ln_gain = nullptr, *mlm_ln_bias = nullptr;
    Matrix unembed; ///< [d_model, d_vocab]; if tied, a transposed copy of embed, see Weights::refresh()
    const real* unembed_bias = nullptr; ///< see ModelConfig::has_unembed_bias()
    Matrix classifier;
    const real* classifier_bias = nullptr;
    std::vector<BlockWeights> blocks; ///< one per layer; layers of a group view the same parameters
};

/// All parameters of one model in one block of memory, with views by meaning. It is not copyable, since the
/// views point into that memory. The base class is the only stack of a model, or the decoder of an
/// encoder-decoder.
class Weights : public StackWeights {
  public:
    explicit Weights(ModelConfig config); ///< zeros; allocates param_count(config) reals
    Weights(const Weights&) = delete;
    Weights& operator=(const Weights&) = delete;

    const ModelConfig config;
    const ModelConfig encoder_config; ///< encoder-decoders only
    const std::vector<ParamRow> table;
    StackWeights encoder; ///< encoder-decoders only

    const StackWeights& stack(Stack s) const { return s == Stack::encoder ? encoder : *this; }
    const ModelConfig& config_of(Stack s) const { return s == Stack::encoder ? encoder_config : config; }

    real* values(const ParamRow& row) { return data_.get() + row.offset; }
    const real* values(const ParamRow& row) const { return data_.get() + row.offset; }
    std::size_t size() const { return size_; }
    /// The row with this name, as in files; null if there is none.
    const ParamRow* find(const std::string& name) const;

    /// To be called after values have changed. Computes what is derived from them: the tied unembedding.
    void refresh();

  private:
    struct Free {
        void operator()(real* p) const;
    };
    std::size_t size_;
    std::unique_ptr<real[], Free> data_, tied_unembed_;
    void bind();
    void bind(const ParamRow& row);
};

/// GPT-2's value (Radford et al. 2019), right for a d_model of about 1,000. With a smaller one,
/// 1 / sqrt(d_model) lets attention find its patterns much sooner.
inline constexpr double k_init_deviation = 0.02;

/// Fills the parameters by their Init rule with a seeded generator. Used by training from scratch and by
/// tests. `deviation` is the standard deviation of Init::normal; that of Init::normal_residual is smaller by
/// sqrt(2 n_layers).
void randomize(Weights& weights, unsigned long long seed, double deviation = k_init_deviation);

} // namespace gf
