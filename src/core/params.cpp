#include "core/params.h"

#include "core/param_names.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <random>
#include <utility>

namespace gf {
namespace {

/// Builds the table of one model, in the order of its files.
class TableBuilder {
  public:
    explicit TableBuilder(const ModelConfig& c) : config_(c) {}

    std::vector<ParamRow> build() {
        const std::string stem = names().stem;
        matrix(stem + (config_.has_encoder() ? "shared" : names().embed) + ".weight", Role::embed,
               config_.d_vocab, config_.d_model, false);
        if (config_.has_encoder()) {
            stack_ = Stack::encoder;
            stack(stem + names().encoder, config_.n_encoder_layers);
            stack_ = Stack::decoder;
            stack(stem + names().decoder, config_.n_layers);
        } else {
            stack(stem, config_.n_groups());
        }
        head();
        return std::move(rows_);
    }

  private:
    const ParamNames& names() const { return param_names(config_.tensor_names, stack_); }

    void stack(const std::string& stem, int n_blocks) {
        if (config_.positions == Positions::learned)
            matrix(stem + names().pos_embed + ".weight", Role::pos_embed,
                   config_.position_offset + config_.n_ctx, config_.d_model, false);
        if (config_.positions == Positions::buckets)
            matrix(stem + names().position_bias + ".weight", Role::position_bias, config_.n_buckets,
                   config_.n_heads, false);
        if (config_.embed_norm) norm(stem + names().embed_norm, Role::embed_ln_gain, Role::embed_ln_bias);
        for (layer_ = 0; layer_ < n_blocks; ++layer_)
            block(stem + names().block + std::to_string(layer_) + ".");
        layer_ = -1;
        if (!config_.norms_stream())
            norm(stem + names().norm_final, Role::ln_final_gain, Role::ln_final_bias);
    }
    void block(const std::string& at) {
        if (config_.norms_input() || config_.norms_stream())
            norm(at + names().norm1, Role::ln1_gain, Role::ln1_bias);
        attention(at);
        if (config_.norms_output()) norm(at + names().norm1_post, Role::ln1_post_gain, Role::ln1_post_bias);
        if (config_.has_encoder() && stack_ == Stack::decoder) cross_attention(at);
        if (config_.mlp == MlpKind::none) return;
        if (config_.has_norm2()) norm(at + names().norm2, Role::ln2_gain, Role::ln2_bias);
        if (config_.is_moe())
            experts(at + "block_sparse_moe.");
        else
            dense_mlp(at, names().gate, config_.mlp == MlpKind::gated ? names().up : names().plain,
                      names().down, names().gate_up);
        if (config_.norms_output()) norm(at + names().norm2_post, Role::ln2_post_gain, Role::ln2_post_bias);
    }
    void attention(const std::string& at) {
        const int d = config_.d_model, dq = config_.d_q(), dkv = config_.d_kv();
        if (*names().qkv) {
            linear(at + names().qkv, Role::qkv, Role::qkv_bias, d, dq + 2 * dkv, config_.attn_qkv_bias);
            const std::size_t n_rows = config_.attn_qkv_bias ? 2 : 1;
            for (std::size_t i = rows_.size() - n_rows; i < rows_.size(); ++i)
                if (names().qkv_by_heads && config_.group_size() == 1) rows_[i].file_heads = config_.n_heads;
        } else {
            linear(at + names().q, Role::q, Role::q_bias, d, dq, config_.attn_qkv_bias);
            linear(at + names().k, Role::k, Role::k_bias, d, dkv, config_.attn_qkv_bias);
            linear(at + names().v, Role::v, Role::v_bias, d, dkv, config_.attn_qkv_bias);
        }
        if (config_.qk_norm != QkNorm::none) {
            const bool by_heads = config_.qk_norm == QkNorm::heads;
            const Init init = config_.gain_offset > 0 ? Init::zeros : Init::ones;
            vector(at + names().q_norm + ".weight", Role::q_norm_gain, by_heads ? config_.d_head : dq, init);
            vector(at + names().k_norm + ".weight", Role::k_norm_gain, by_heads ? config_.d_head : dkv, init);
        }
        if (config_.attn_sink) vector(at + names().sink, Role::sink, config_.n_heads, Init::zeros);
        linear(at + names().attn_out, Role::attn_out, Role::attn_out_bias, dq, d, config_.attn_out_bias,
               Init::normal_residual);
    }
    void cross_attention(const std::string& at) {
        const int d = config_.d_model, dq = config_.d_q(), dkv = config_.d_kv();
        const bool bias = config_.attn_qkv_bias;
        norm(at + names().norm_cross, Role::ln_cross_gain, Role::ln_cross_bias);
        linear(at + names().cross_q, Role::cross_q, Role::cross_q_bias, d, dq, bias);
        linear(at + names().cross_k, Role::cross_k, Role::cross_k_bias, d, dkv, bias);
        linear(at + names().cross_v, Role::cross_v, Role::cross_v_bias, d, dkv, bias);
        linear(at + names().cross_attn_out, Role::cross_attn_out, Role::cross_attn_out_bias, dq, d,
               config_.attn_out_bias, Init::normal_residual);
    }
    /// `gate_up` is the name of gate and up side by side; empty where they are apart.
    void dense_mlp(const std::string& at, const char* gate, const char* up, const char* down,
                   const char* gate_up = "") {
        const int d = config_.d_model, d_mlp = config_.d_mlp;
        const bool gated = config_.mlp == MlpKind::gated;
        if (gated && *gate_up && !config_.mlp_bias) {
            matrix(at + gate_up + ".weight", Role::mlp_in_up, d, 2 * d_mlp, true);
        } else {
            linear(at + (gated ? gate : up), Role::mlp_in, Role::mlp_in_bias, d, d_mlp, config_.mlp_bias);
            if (gated) linear(at + up, Role::mlp_up, Role::mlp_up_bias, d, d_mlp, config_.mlp_bias);
        }
        linear(at + down, Role::mlp_out, Role::mlp_out_bias, d_mlp, d, config_.mlp_bias,
               Init::normal_residual);
    }
    void experts(const std::string& at) { // Mixtral's names: w1 gate, w3 up, w2 down
        matrix(at + "gate.weight", Role::router, config_.d_model, config_.n_experts, true);
        if (config_.router_bias) // DeepSeek-V3's name
            vector(at + "gate.e_score_correction_bias", Role::router_bias, config_.n_experts, Init::zeros);
        for (expert_ = 0; expert_ < config_.n_mlps(); ++expert_) {
            const int n_shared = expert_ - config_.n_experts; // of them, those before this one
            dense_mlp(at +
                          (n_shared < 0 ? "experts." + std::to_string(expert_)
                                        : "shared_experts." + std::to_string(n_shared)) +
                          ".",
                      "w1", config_.mlp == MlpKind::gated ? "w3" : "w1", "w2");
        }
        expert_ = -1;
    }
    void head() {
        if (config_.head == OutputHead::masked_tokens) {
            linear(names().mlm_dense, Role::mlm_dense, Role::mlm_dense_bias, config_.d_model, config_.d_model,
                   true);
            norm(names().mlm_norm, Role::mlm_ln_gain, Role::mlm_ln_bias);
        }
        if (config_.has_logits() && !config_.tied_embeddings)
            matrix(names().unembed, Role::unembed, config_.d_model, config_.d_vocab, true);
        if (config_.has_unembed_bias())
            vector(names().unembed_bias, Role::unembed_bias, config_.d_vocab, Init::zeros);
        if (config_.head == OutputHead::classes)
            linear("classifier", Role::classifier, Role::classifier_bias, config_.d_model, config_.n_classes,
                   true);
    }

    void add(std::string name, Role role, std::vector<int> shape, bool transposed, Init init, bool decay) {
        rows_.push_back({std::move(name), std::move(shape), transposed, 0, init, decay, role, layer_, expert_,
                         stack_, offset_});
        offset_ += rows_.back().size();
    }
    void matrix(std::string name, Role role, int in, int out, bool transposed, Init init = Init::normal) {
        add(std::move(name), role, {in, out}, transposed, init, true);
    }
    void vector(std::string name, Role role, int width, Init init) {
        add(std::move(name), role, {width}, false, init, false);
    }
    void norm(const std::string& name, Role gain, Role bias) {
        vector(name + ".weight", gain, config_.d_model, config_.gain_offset > 0 ? Init::zeros : Init::ones);
        if (config_.norm == NormKind::layer) vector(name + ".bias", bias, config_.d_model, Init::zeros);
    }
    /// Linear layers are [out, in] in files, except GPT-2's, which are of the kind Conv1D and [in, out].
    void linear(const std::string& name, Role weight, Role bias, int in, int out, bool with_bias,
                Init init = Init::normal) {
        matrix(name + ".weight", weight, in, out, !names().conv1d, init);
        if (with_bias) vector(name + ".bias", bias, out, Init::zeros);
    }

    const ModelConfig& config_;
    std::vector<ParamRow> rows_;
    std::size_t offset_ = 0;
    int layer_ = -1, expert_ = -1;
    Stack stack_ = Stack::decoder;
};

std::size_t round_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

} // namespace

std::size_t ParamRow::size() const {
    std::size_t n = 1;
    for (int d : shape) n *= static_cast<std::size_t>(d);
    return n;
}

std::vector<int> ParamRow::file_shape() const {
    return file_transposed ? std::vector<int>{shape[1], shape[0]} : shape;
}

std::vector<ParamRow> param_table(const ModelConfig& config) { return TableBuilder(config).build(); }

std::size_t param_count(const ModelConfig& c) {
    // Floating point cannot overflow here and is exact far beyond what any file can hold.
    const double per_norm = c.norm == NormKind::layer ? 2 : 1, d = c.d_model;
    double attention = d * (c.d_q() + 2.0 * c.d_kv()) + double(c.d_q()) * d;
    if (c.attn_qkv_bias) attention += c.d_q() + 2.0 * c.d_kv();
    if (c.attn_out_bias) attention += d;
    double block = attention;
    if (c.norms_input() || c.norms_stream()) block += per_norm * d;
    if (c.norms_output()) block += (c.mlp == MlpKind::none ? 1 : 2) * per_norm * d;
    if (c.qk_norm == QkNorm::heads) block += 2.0 * c.d_head;
    if (c.qk_norm == QkNorm::projection) block += c.d_q() + double(c.d_kv());
    if (c.attn_sink) block += c.n_heads;
    if (c.has_norm2()) block += per_norm * d;
    if (c.mlp != MlpKind::none) {
        const double factors = c.mlp == MlpKind::gated ? 2 : 1;
        double mlp = (factors + 1) * d * c.d_mlp;
        if (c.mlp_bias) mlp += factors * c.d_mlp + d;
        const double router = c.is_moe() ? (d + (c.router_bias ? 1 : 0)) * c.n_experts : 0;
        block += c.n_mlps() * mlp + router;
    }
    double outside = 0; // the blocks, in each stack
    if (c.positions == Positions::learned) outside += double(c.position_offset + c.n_ctx) * d;
    if (c.positions == Positions::buckets) outside += double(c.n_buckets) * c.n_heads;
    if (!c.norms_stream()) outside += per_norm * d;
    if (c.embed_norm) outside += per_norm * d;
    double n = double(c.d_vocab) * d * (c.has_logits() && !c.tied_embeddings ? 2 : 1) + outside +
               c.n_groups() * block;
    if (c.has_encoder()) n += outside + c.n_encoder_layers * block + c.n_layers * (per_norm * d + attention);
    if (c.head == OutputHead::masked_tokens) n += d * d + d + per_norm * d;
    if (c.has_unembed_bias()) n += c.d_vocab;
    if (c.head == OutputHead::classes) n += (d + 1) * c.n_classes;
    const double max_exact = 9e15; // whole numbers up to 2^53 are exact in a double
    return n > max_exact ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(n);
}

void Weights::Free::operator()(real* p) const { ::operator delete[](p, std::align_val_t{64}); }

namespace {
real* allocate_zeros(std::size_t n) {
    auto* p = static_cast<real*>(::operator new[](round_up(n, 16) * sizeof(real), std::align_val_t{64}));
    std::fill_n(p, n, real(0));
    return p;
}
} // namespace

Weights::Weights(ModelConfig c)
    : config(std::move(c)), encoder_config(gf::encoder_config(config)), table(param_table(config)),
      size_(table.back().offset + table.back().size()), data_(allocate_zeros(size_)) {
    if (config.tied_embeddings)
        tied_unembed_.reset(allocate_zeros(static_cast<std::size_t>(config.d_model) *
                                           static_cast<std::size_t>(config.d_vocab)));
    bind();
}

void Weights::bind() {
    const std::size_t n_mlps = config.mlp == MlpKind::none ? 0 : static_cast<std::size_t>(config.n_mlps());
    blocks.resize(static_cast<std::size_t>(config.n_groups()));
    encoder.blocks.resize(static_cast<std::size_t>(config.n_encoder_layers));
    for (auto* all : {&blocks, &encoder.blocks})
        for (BlockWeights& b : *all) b.experts.resize(n_mlps);
    for (const ParamRow& r : table) bind(r);
    encoder.embed = embed;
    if (config.n_layer_groups > 0) {
        const std::vector<BlockWeights> groups = std::move(blocks);
        blocks.clear();
        for (int l = 0; l < config.n_layers; ++l)
            blocks.push_back(groups[static_cast<std::size_t>(config.layer_group(l))]);
    }
    if (config.tied_embeddings)
        unembed = {tied_unembed_.get(), config.d_model, config.d_vocab, config.d_vocab};
}

/// Points the view of this parameter at its values.
void Weights::bind(const ParamRow& r) {
    const real* p = values(r);
    const Matrix m = r.shape.size() == 2 ? Matrix{p, r.shape[0], r.shape[1], r.shape[1]} : Matrix{};
    StackWeights& s = r.stack == Stack::encoder ? encoder : *this;
    BlockWeights* b = r.layer < 0 ? nullptr : &s.blocks[static_cast<std::size_t>(r.layer)];
    ExpertWeights* e =
        b && !b->experts.empty() ? &b->experts[static_cast<std::size_t>(std::max(r.expert, 0))] : nullptr;
    const int dq = config.d_q(), dkv = config.d_kv();
    switch (r.role) {
    case Role::embed: s.embed = p; break;
    case Role::pos_embed: s.pos_embed = p + config.position_offset * config.d_model; break;
    case Role::position_bias: s.position_bias = p; break;
    case Role::embed_ln_gain: s.embed_ln_gain = p; break;
    case Role::embed_ln_bias: s.embed_ln_bias = p; break;
    case Role::ln1_gain: b->ln1_gain = p; break;
    case Role::ln1_bias: b->ln1_bias = p; break;
    case Role::qkv:
        b->q = {p, m.in, dq, m.stride};
        b->k = {p + dq, m.in, dkv, m.stride};
        b->v = {p + dq + dkv, m.in, dkv, m.stride};
        break;
    case Role::qkv_bias: b->q_bias = p, b->k_bias = p + dq, b->v_bias = p + dq + dkv; break;
    case Role::q: b->q = m; break;
    case Role::q_bias: b->q_bias = p; break;
    case Role::k: b->k = m; break;
    case Role::k_bias: b->k_bias = p; break;
    case Role::v: b->v = m; break;
    case Role::v_bias: b->v_bias = p; break;
    case Role::q_norm_gain: b->q_norm_gain = p; break;
    case Role::k_norm_gain: b->k_norm_gain = p; break;
    case Role::sink: b->sink = p; break;
    case Role::attn_out: b->attn_out = m; break;
    case Role::attn_out_bias: b->attn_out_bias = p; break;
    case Role::ln1_post_gain: b->ln1_post_gain = p; break;
    case Role::ln1_post_bias: b->ln1_post_bias = p; break;
    case Role::ln2_post_gain: b->ln2_post_gain = p; break;
    case Role::ln2_post_bias: b->ln2_post_bias = p; break;
    case Role::ln_cross_gain: b->ln_cross_gain = p; break;
    case Role::ln_cross_bias: b->ln_cross_bias = p; break;
    case Role::cross_q: b->cross.q = m; break;
    case Role::cross_q_bias: b->cross.q_bias = p; break;
    case Role::cross_k: b->cross.k = m; break;
    case Role::cross_k_bias: b->cross.k_bias = p; break;
    case Role::cross_v: b->cross.v = m; break;
    case Role::cross_v_bias: b->cross.v_bias = p; break;
    case Role::cross_attn_out: b->cross.attn_out = m; break;
    case Role::cross_attn_out_bias: b->cross.attn_out_bias = p; break;
    case Role::ln2_gain: b->ln2_gain = p; break;
    case Role::ln2_bias: b->ln2_bias = p; break;
    case Role::router: b->router = m; break;
    case Role::router_bias: b->router_bias = p; break;
    case Role::mlp_in_up:
        e->in = {p, m.in, config.d_mlp, m.stride};
        e->up = {p + config.d_mlp, m.in, config.d_mlp, m.stride};
        break;
    case Role::mlp_in: e->in = m; break;
    case Role::mlp_in_bias: e->in_bias = p; break;
    case Role::mlp_up: e->up = m; break;
    case Role::mlp_up_bias: e->up_bias = p; break;
    case Role::mlp_out: e->out = m; break;
    case Role::mlp_out_bias: e->out_bias = p; break;
    case Role::ln_final_gain: s.ln_final_gain = p; break;
    case Role::ln_final_bias: s.ln_final_bias = p; break;
    case Role::mlm_dense: s.mlm_dense = m; break;
    case Role::mlm_dense_bias: s.mlm_dense_bias = p; break;
    case Role::mlm_ln_gain: s.mlm_ln_gain = p; break;
    case Role::mlm_ln_bias: s.mlm_ln_bias = p; break;
    case Role::unembed: s.unembed = m; break;
    case Role::unembed_bias: s.unembed_bias = p; break;
    case Role::classifier: s.classifier = m; break;
    case Role::classifier_bias: s.classifier_bias = p; break;
    }
}

void Weights::refresh() {
    if (!config.tied_embeddings) return;
    const auto d = static_cast<std::size_t>(config.d_model), v = static_cast<std::size_t>(config.d_vocab);
    constexpr std::size_t k_tile = 32; // both sides of the transposition stay in the cache
    for (std::size_t i0 = 0; i0 < v; i0 += k_tile)
        for (std::size_t j0 = 0; j0 < d; j0 += k_tile)
            for (std::size_t i = i0; i < std::min(i0 + k_tile, v); ++i)
                for (std::size_t j = j0; j < std::min(j0 + k_tile, d); ++j)
                    tied_unembed_[j * v + i] = embed[i * d + j];
}

const ParamRow* Weights::find(const std::string& name) const {
    for (const ParamRow& r : table)
        if (r.name == name) return &r;
    return nullptr;
}

void randomize(Weights& weights, unsigned long long seed, double deviation) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0.0, deviation);
    for (const ParamRow& r : weights.table) {
        const double residual = 1.0 / std::sqrt(2.0 * weights.config_of(r.stack).n_layers);
        real* p = weights.values(r);
        for (std::size_t i = 0; i < r.size(); ++i) switch (r.init) {
            case Init::zeros: p[i] = 0; break;
            case Init::ones: p[i] = 1; break;
            case Init::normal: p[i] = static_cast<real>(normal(random)); break;
            case Init::normal_residual: p[i] = static_cast<real>(normal(random) * residual); break;
            }
    }
    weights.refresh();
}

} // namespace gf
