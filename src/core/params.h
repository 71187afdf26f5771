#pragma once
// The parameters of a model: one table of rows that drives allocation, files, the optimiser, the inspector
// and the count.

#include "core/kernels/matrix.h"
#include "core/model_config.h"
#include "core/real.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace gf {

/// What a parameter does. Matrices are kept [in, out], so that a row of activations times the matrix is a
/// plain product.
enum class Role {
    embed,     ///< [d_vocab, d_model]
    pos_embed, ///< [n_ctx, d_model]
    embed_ln_gain,
    embed_ln_bias,
    ln1_gain,
    ln1_bias,
    qkv,
    qkv_bias, ///< GPT-2: the three side by side, [d_model, d_q + 2 d_kv]
    q,
    q_bias,
    k,
    k_bias,
    v,
    v_bias,
    attn_out,
    attn_out_bias, ///< [d_q, d_model]
    ln_cross_gain, ///< of the attention to the source, here and below
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
    router, ///< [d_model, n_experts]
    mlp_in,
    mlp_in_bias, ///< [d_model, d_mlp]: the only one of a plain MLP, the gate of a gated one
    mlp_up,
    mlp_up_bias, ///< [d_model, d_mlp]: of a gated MLP, the factor without activation function
    mlp_out,
    mlp_out_bias, ///< [d_mlp, d_model]
    ln_final_gain,
    ln_final_bias,
    mlm_dense,
    mlm_dense_bias, ///< [d_model, d_model]: of the masked-token head
    mlm_ln_gain,
    mlm_ln_bias,
    unembed,
    unembed_bias, ///< [d_model, d_vocab]
    classifier,
    classifier_bias, ///< [d_model, n_classes]
};

enum class Init {
    zeros,
    ones,
    normal,
    normal_residual
}; ///< normal: std 0.02; _residual: / sqrt(2 n_layers) (GPT-2)

struct ParamRow {
    std::string name;       ///< as in files (Hugging Face's)
    std::vector<int> shape; ///< as in memory: {in, out} or {width}
    bool file_transposed;   ///< the file holds [out, in] (torch.nn.Linear)
    Init init;
    bool decay;
    Role role;
    int layer;   ///< -1 outside the blocks; the group of layers where they share (ModelConfig::layer_group)
    int expert;  ///< -1 where there is one only
    Stack stack; ///< the token embedding, which both stacks read, counts as the decoder's
    std::size_t offset = 0; ///< into Weights::data
    std::size_t size() const;
    /// The shape as the file has it.
    std::vector<int> file_shape() const;
    bool serves(Stack s) const { return stack == s || role == Role::embed; }
};

/// The rows in file order, offsets set. The config must be valid.
std::vector<ParamRow> param_table(const ModelConfig& config);

/// Number of values in the table without building it; saturates instead of overflowing (for checks before
/// allocation).
std::size_t param_count(const ModelConfig& config);

struct ExpertWeights {
    Matrix in, up, out; ///< up only if gated
    const real *in_bias = nullptr, *up_bias = nullptr, *out_bias = nullptr;
};

struct AttentionWeights {
    Matrix q, k, v, attn_out;
    const real *q_bias = nullptr, *k_bias = nullptr, *v_bias = nullptr, *attn_out_bias = nullptr;
};

/// Views of one block's parameters; a null pointer where the model has none.
struct BlockWeights : AttentionWeights {
    const real *ln1_gain = nullptr, *ln1_bias = nullptr, *ln2_gain = nullptr, *ln2_bias = nullptr;
    const real *ln_cross_gain = nullptr, *ln_cross_bias = nullptr;
    AttentionWeights cross; ///< to the source: in the decoder of an encoder-decoder
    Matrix router;
    std::vector<ExpertWeights> experts; ///< one if dense, none if attention only
};

/// Views of what one stack of blocks computes with.
struct StackWeights {
    const real* embed = nullptr;     ///< [d_vocab, d_model]
    const real* pos_embed = nullptr; ///< [n_ctx, d_model]; learned positions only
    const real *embed_ln_gain = nullptr, *embed_ln_bias = nullptr;
    const real *ln_final_gain = nullptr, *ln_final_bias = nullptr; ///< pre-norm models only
    Matrix mlm_dense;
    const real *mlm_dense_bias = nullptr, *mlm_ln_gain = nullptr, *mlm_ln_bias = nullptr;
    Matrix unembed; ///< [d_model, d_vocab]; tied: a transposed copy, see Weights::refresh()
    const real* unembed_bias = nullptr; ///< of the masked-token head
    Matrix classifier;
    const real* classifier_bias = nullptr;
    std::vector<BlockWeights> blocks; ///< one per layer; layers of a group view the same parameters
};

/// All parameters of one model in one block of memory, with views by meaning. Not copyable: views point into
/// data. Of an encoder-decoder it is itself the decoder's stack.
class Weights : public StackWeights {
  public:
    explicit Weights(ModelConfig config); ///< zeros; allocates param_count(config) reals
    Weights(const Weights&) = delete;
    Weights& operator=(const Weights&) = delete;

    const ModelConfig config;
    const ModelConfig encoder_config; ///< of an encoder-decoder
    const std::vector<ParamRow> table;
    StackWeights encoder; ///< of an encoder-decoder

    const StackWeights& stack(Stack s) const { return s == Stack::encoder ? encoder : *this; }
    const ModelConfig& config_of(Stack s) const { return s == Stack::encoder ? encoder_config : config; }

    real* values(const ParamRow& row) { return data_.get() + row.offset; }
    const real* values(const ParamRow& row) const { return data_.get() + row.offset; }
    std::size_t size() const { return size_; }
    /// The row called `name` (as in files); nullptr if there is none.
    const ParamRow* find(const std::string& name) const;

    /// Call after the values have been written or changed: renews what is derived from them (the tied
    /// unembedding).
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

/// GPT-2's, right for vectors of some 1,000 numbers (Radford et al. 2019); where they are shorter, 1 /
/// sqrt(d_model) lets attention find its patterns much sooner.
inline constexpr double k_init_deviation = 0.02;

/// Fills the parameters by their Init rule with a seeded generator (for tests and for training from scratch).
/// `deviation`: the standard deviation of the matrices, of those that write to the residual stream over
/// sqrt(2 n_layers).
void randomize(Weights& weights, unsigned long long seed, double deviation = k_init_deviation);

} // namespace gf
