#include "app/view/param_counts.h"

namespace gf::ui {
namespace {

using enum Site;

/// The site that values made with a parameter of this role belong to. Queries, keys and values that share one
/// matrix count as the queries here.
Site site_made_with(Role role, bool post_norm) {
    switch (role) {
    case Role::embed: return embed;
    case Role::pos_embed: return pos_embed;
    case Role::position_bias:
    case Role::sink: return attn_scores;
    case Role::q_norm_gain: return norm_q;
    case Role::k_norm_gain: return norm_k;
    case Role::ln1_post_gain:
    case Role::ln1_post_bias: return ln1_post_normalized;
    case Role::ln2_post_gain:
    case Role::ln2_post_bias: return ln2_post_normalized;
    case Role::embed_ln_gain:
    case Role::embed_ln_bias: return embed_ln_normalized;
    case Role::ln1_gain:
    case Role::ln1_bias: return ln1_normalized;
    case Role::qkv:
    case Role::qkv_bias:
    case Role::q:
    case Role::q_bias: return q;
    case Role::k:
    case Role::k_bias: return k;
    case Role::v:
    case Role::v_bias: return v;
    case Role::attn_out:
    case Role::attn_out_bias: return attn_out;
    case Role::ln_cross_gain:
    case Role::ln_cross_bias: return ln_cross_normalized;
    case Role::cross_q:
    case Role::cross_q_bias: return cross_q;
    case Role::cross_k:
    case Role::cross_k_bias: return cross_k;
    case Role::cross_v:
    case Role::cross_v_bias: return cross_v;
    case Role::cross_attn_out:
    case Role::cross_attn_out_bias: return cross_attn_out;
    case Role::ln2_gain:
    case Role::ln2_bias: return post_norm ? normalized_resid_post : ln2_normalized;
    case Role::router: return router_logits;
    case Role::router_bias: return expert_indices;
    case Role::mlp_in_up: // both factors count as the first one here
    case Role::mlp_in:
    case Role::mlp_in_bias: return mlp_pre;
    case Role::mlp_up:
    case Role::mlp_up_bias: return mlp_pre_linear;
    case Role::mlp_out:
    case Role::mlp_out_bias: return mlp_out;
    case Role::ln_final_gain:
    case Role::ln_final_bias: return ln_final_normalized;
    case Role::mlm_dense:
    case Role::mlm_dense_bias: return mlm_pre;
    case Role::mlm_ln_gain:
    case Role::mlm_ln_bias: return mlm_ln_normalized;
    case Role::unembed:
    case Role::unembed_bias: return logits;
    case Role::classifier:
    case Role::classifier_bias: return class_logits;
    }
    return logits;
}

} // namespace

std::size_t n_layer_params(const Weights& weights, Stack stack, int layer) {
    std::size_t n = 0;
    for (const ParamRow& p : weights.table)
        if (p.layer == weights.config_of(stack).layer_group(layer) && p.serves(stack)) n += p.size();
    return n;
}

std::size_t n_stack_params(const Weights& weights, Stack stack) {
    std::size_t n = 0;
    for (const ParamRow& p : weights.table)
        if (p.stack == stack) n += p.size();
    return n;
}

std::size_t n_site_params(const Weights& weights, Stack stack, const SiteRef& site) {
    const ModelConfig& c = weights.config_of(stack);
    const bool post_norm = c.norms_stream();
    std::size_t n = 0;
    for (const ParamRow& p : weights.table) {
        if (p.layer != c.layer_group(site.layer) || !p.serves(stack)) continue;
        Site made = site_made_with(p.role, post_norm);
        // What a model has no site of its own for belongs to the first norm of the layer.
        if (!has_site(c, made)) made = ln1_normalized;
        if (p.role == Role::qkv || p.role == Role::qkv_bias) {
            // (d_model, d_q + 2 d_kv), or (d_q + 2 d_kv) for the bias: one column for each value made
            const auto per_value = p.size() / static_cast<std::size_t>(c.d_q() + 2 * c.d_kv());
            if (site.site == q) n += per_value * static_cast<std::size_t>(c.d_q());
            if (site.site == k || site.site == v) n += per_value * static_cast<std::size_t>(c.d_kv());
        } else if (made == site.site) {
            n += p.size();
        }
    }
    return n;
}

} // namespace gf::ui
