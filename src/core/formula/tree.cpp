// The names that formulas use, and the reduction of a formula to the parts that a model has.

#include "core/formula/tree.h"

#include "core/trace.h"

#include <array>

namespace gf::formula {
namespace {

using enum ParamIndices;

constexpr bool outside_layers = false;

constexpr std::array<ParamName, 54> k_params{{
    {"W_E", "W_E", Role::embed, Role::embed, matrix, outside_layers},
    {"W_pos", "W_pos", Role::pos_embed, Role::pos_embed, matrix, outside_layers},
    {"position_bias", "bias", Role::position_bias, Role::position_bias, matrix, outside_layers},
    {"embed_ln_gain", "gain", Role::embed_ln_gain, Role::embed_ln_gain, vector, outside_layers},
    {"embed_ln_bias", "bias", Role::embed_ln_bias, Role::embed_ln_bias, vector, outside_layers},
    {"ln1_gain", "gain", Role::ln1_gain, Role::ln1_gain, vector},
    {"ln1_bias", "bias", Role::ln1_bias, Role::ln1_bias, vector},
    {"ln2_gain", "gain", Role::ln2_gain, Role::ln2_gain, vector},
    {"ln2_bias", "bias", Role::ln2_bias, Role::ln2_bias, vector},
    {"ln1_post_gain", "gain", Role::ln1_post_gain, Role::ln1_post_gain, vector},
    {"ln1_post_bias", "bias", Role::ln1_post_bias, Role::ln1_post_bias, vector},
    {"ln2_post_gain", "gain", Role::ln2_post_gain, Role::ln2_post_gain, vector},
    {"ln2_post_bias", "bias", Role::ln2_post_bias, Role::ln2_post_bias, vector},
    {"q_norm_gain", "gain", Role::q_norm_gain, Role::q_norm_gain, vector},
    {"q_norm_gains", "gain", Role::q_norm_gain, Role::q_norm_gain, head_vector},
    {"k_norm_gain", "gain", Role::k_norm_gain, Role::k_norm_gain, vector},
    {"k_norm_gains", "gain", Role::k_norm_gain, Role::k_norm_gain, head_vector},
    {"sink", "sink", Role::sink, Role::sink, vector},
    {"ln_final_gain", "gain", Role::ln_final_gain, Role::ln_final_gain, vector, outside_layers},
    {"ln_final_bias", "bias", Role::ln_final_bias, Role::ln_final_bias, vector, outside_layers},
    {"W_Q", "W_Q", Role::q, Role::qkv, into_heads},
    {"W_K", "W_K", Role::k, Role::qkv, into_heads},
    {"W_V", "W_V", Role::v, Role::qkv, into_heads},
    {"b_Q", "b_Q", Role::q_bias, Role::qkv_bias, head_vector},
    {"b_K", "b_K", Role::k_bias, Role::qkv_bias, head_vector},
    {"b_V", "b_V", Role::v_bias, Role::qkv_bias, head_vector},
    {"W_O", "W_O", Role::attn_out, Role::attn_out, from_heads},
    {"b_O", "b_O", Role::attn_out_bias, Role::attn_out_bias, vector},
    {"ln_cross_gain", "gain", Role::ln_cross_gain, Role::ln_cross_gain, vector},
    {"ln_cross_bias", "bias", Role::ln_cross_bias, Role::ln_cross_bias, vector},
    {"W_cross_Q", "W_Q", Role::cross_q, Role::cross_q, into_heads},
    {"W_cross_K", "W_K", Role::cross_k, Role::cross_k, into_heads},
    {"W_cross_V", "W_V", Role::cross_v, Role::cross_v, into_heads},
    {"b_cross_Q", "b_Q", Role::cross_q_bias, Role::cross_q_bias, head_vector},
    {"b_cross_K", "b_K", Role::cross_k_bias, Role::cross_k_bias, head_vector},
    {"b_cross_V", "b_V", Role::cross_v_bias, Role::cross_v_bias, head_vector},
    {"W_cross_O", "W_O", Role::cross_attn_out, Role::cross_attn_out, from_heads},
    {"b_cross_O", "b_O", Role::cross_attn_out_bias, Role::cross_attn_out_bias, vector},
    {"W_router", "W_router", Role::router, Role::router, matrix},
    {"b_router", "b_router", Role::router_bias, Role::router_bias, vector},
    {"W_in", "W_in", Role::mlp_in, Role::mlp_in_up, expert_matrix},
    {"b_in", "b_in", Role::mlp_in_bias, Role::mlp_in_bias, expert_vector},
    {"W_up", "W_up", Role::mlp_up, Role::mlp_in_up, expert_matrix},
    {"b_up", "b_up", Role::mlp_up_bias, Role::mlp_up_bias, expert_vector},
    {"W_out", "W_out", Role::mlp_out, Role::mlp_out, expert_matrix},
    {"b_out", "b_out", Role::mlp_out_bias, Role::mlp_out_bias, expert_vector},
    {"W_mlm", "W_mlm", Role::mlm_dense, Role::mlm_dense, matrix, outside_layers},
    {"b_mlm", "b_mlm", Role::mlm_dense_bias, Role::mlm_dense_bias, vector, outside_layers},
    {"mlm_ln_gain", "gain", Role::mlm_ln_gain, Role::mlm_ln_gain, vector, outside_layers},
    {"mlm_ln_bias", "bias", Role::mlm_ln_bias, Role::mlm_ln_bias, vector, outside_layers},
    {"W_U", "W_U", Role::unembed, Role::unembed, matrix, outside_layers},
    {"b_U", "b_U", Role::unembed_bias, Role::unembed_bias, vector, outside_layers},
    {"W_class", "W_class", Role::classifier, Role::classifier, matrix, outside_layers},
    {"b_class", "b_class", Role::classifier_bias, Role::classifier_bias, vector, outside_layers},
}};

/// For the conditions that the model decides.
bool holds(Condition condition, const ModelConfig& c, int layer) {
    switch (condition) {
    case Condition::pre_norm: return c.norms_input();
    case Condition::post_norm: return c.norms_stream();
    case Condition::output_norm: return c.norms_output();
    case Condition::shared_norm: return c.sublayers == Sublayers::parallel_shared;
    case Condition::parallel: return c.is_parallel();
    case Condition::norm_by_heads: return c.qk_norm == QkNorm::heads;
    case Condition::scores_capped: return c.score_cap > 0;
    case Condition::logits_capped: return c.logit_cap > 0;
    case Condition::logits_scaled: return c.logit_scale != 1;
    case Condition::layer_norm: return c.norm == NormKind::layer;
    case Condition::learned: return c.positions == Positions::learned;
    case Condition::alibi: return c.layer(layer).positions == Positions::alibi;
    case Condition::stretched: return c.layer(layer).rope_scaling->stretches();
    case Condition::amplified: return c.layer(layer).rope_scaling->has_attention_factor();
    case Condition::embed_scaled: return c.embed_scale != 1;
    case Condition::sqrt_scaled: return c.attn_scale == 0;
    case Condition::attn_scaled: return c.attn_scale != 0 && c.attn_scale != 1;
    case Condition::gain_offset: return c.gain_offset != 0;
    case Condition::embed_norm: return c.embed_norm;
    case Condition::encoder_decoder: return c.has_encoder();
    case Condition::masked_tokens: return c.head == OutputHead::masked_tokens;
    case Condition::sigmoid_router: return c.layer(layer).router == RouterKind::sigmoid;
    case Condition::renormalised: return c.layer(layer).renormalised_gates;
    case Condition::attention_only: return c.layer(layer).mlp == MlpKind::none;
    default: break; // the cell decides
    }
    return false;
}

} // namespace

const ParamName* param_named(std::string_view word) {
    for (const ParamName& p : k_params)
        if (p.name == word) return &p;
    return nullptr;
}

std::string_view param_symbol(Role role) {
    for (const ParamName& p : k_params)
        if (p.role == role) return p.name;
    if (role == Role::mlp_in_up) return "W_in, W_up";
    return role == Role::qkv ? "W_Q, W_K, W_V" : "b_Q, b_K, b_V";
}

int layer_of(const Expr& ref, const ModelConfig& config, int layer) {
    if (ref.param) return ref.param->per_layer ? layer : -1;
    if (!site_row(ref.site).per_layer) return -1;
    if (layer < 0) return config.n_layers - 1;
    return ref.before ? layer - 1 : layer;
}

int find_param(const Trace& run, const ParamName& name, int layer, int expert) {
    const int group = run.config().layer_group(layer);
    const std::vector<ParamRow>& table = run.weights().table;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const ParamRow& row = table[i];
        if (row.serves(run.shape().stack) && (row.role == name.role || row.role == name.joint_role) &&
            row.layer == group && (expert < 0 || row.expert == expert))
            return static_cast<int>(i);
    }
    return -1;
}

int joint_offset(const ModelConfig& config, const ParamName& name, const ParamRow& stored) {
    if (stored.role == name.role || name.role == Role::q || name.role == Role::q_bias) return 0;
    if (stored.role == Role::mlp_in_up) return name.role == Role::mlp_up ? config.d_mlp : 0;
    const bool is_v = name.role == Role::v || name.role == Role::v_bias;
    return config.d_q() + (is_v ? config.d_kv() : 0);
}

std::optional<Expr> specialise(const Expr& e, const ModelConfig& c, int layer, const Trace* run) {
    switch (e.op) {
    case Op::number:
    case Op::quantity: return e;
    case Op::ref: {
        if (!e.param)
            return (e.before && layer <= 0) || !has_site(c, e.site) ? std::nullopt : std::optional(e);
        if (!run) return e;
        Expr found = e;
        found.table_index = find_param(*run, *e.param, layer_of(e, c, layer), -1);
        return found.table_index < 0 ? std::nullopt : std::optional(found);
    }
    case Op::first_of:
        for (const Expr& alternative : e.args)
            if (auto kept = specialise(alternative, c, layer, run)) return kept;
        return std::nullopt;
    case Op::choose:
        if (!cell_decides(e.condition)) {
            const std::size_t branch = holds(e.condition, c, layer) ? 0 : 1;
            return branch < e.args.size() ? specialise(e.args[branch], c, layer, run) : std::nullopt;
        }
        break;
    default: break;
    }
    std::vector<std::optional<Expr>> args;
    for (const Expr& arg : e.args) args.push_back(specialise(arg, c, layer, run));
    Expr kept = e;
    kept.args.clear();
    for (auto& arg : args)
        if (arg) kept.args.push_back(std::move(*arg));
    if (kept.args.empty()) return std::nullopt;
    const bool binary = e.args.size() == 2 && e.op != Op::choose;
    if (binary && kept.args.size() == 1) { // a missing operand of a sum or product is neutral
        if (!args[0] && e.op != Op::add && e.op != Op::multiply) return std::nullopt;
        Expr rest = std::move(kept.args[0]);
        return rest;
    }
    return kept;
}

} // namespace gf::formula
