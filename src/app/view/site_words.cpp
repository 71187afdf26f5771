#include "app/view/site_words.h"

#include <algorithm>
#include <array>

namespace gf::ui {
namespace {

using enum Site;

struct Row {
    Site site;
    SiteWords words;
};

constexpr std::array<Row, k_n_sites> k_rows{{
    {embed, {"embedding", "one vector each"}},
    {pos_embed, {"positions", "one for each place"}},
    {embed_ln_scale, {"norm's divisor", "length of each vector"}},
    {embed_ln_normalized, {"normalised", "all equally long"}},
    {encoder_out, {"source, read", "what the encoder gives"}},
    {resid_pre, {"residual stream", "what enters the layer"}},
    {ln1_scale, {"norm's divisor", "length of each vector"}},
    {ln1_normalized, {"normalised", "all equally long"}},
    {q, {"queries", "what it seeks"}},
    {k, {"keys", "what it offers"}},
    {v, {"values", "what it gives"}},
    {rot_q, {"queries, RoPE", "turned by their position"}},
    {rot_k, {"keys, RoPE", "turned by their position"}},
    {attn_scores, {"scores", "query · key / √d_head"}},
    {pattern, {"attention", "softmax over keys"}},
    {z, {"mixed values", "values times the weights"}},
    {attn_out, {"heads, added", "through W_O"}},
    {resid_mid, {"residual stream", "plus attention"}},
    {ln_cross_scale, {"norm's divisor", "length of each vector"}},
    {ln_cross_normalized, {"normalised", "all equally long"}},
    {cross_q, {"queries", "sought in the source"}},
    {cross_k, {"source's keys", "what it offers"}},
    {cross_v, {"source's values", "what it gives"}},
    {cross_attn_scores, {"scores", "query · key / √d_head"}},
    {cross_pattern, {"attention", "softmax over the source"}},
    {cross_z, {"mixed values", "values times the weights"}},
    {cross_attn_out, {"heads, added", "through W_O"}},
    {resid_mid_cross, {"residual stream", "plus the source"}},
    {ln2_scale, {"norm's divisor", "length of each vector"}},
    {ln2_normalized, {"normalised", "all equally long"}},
    {router_logits, {"router's logits", "how well each fits"}},
    {expert_weights, {"expert weights", "softmax of them"}},
    {expert_indices, {"experts chosen", "of largest weight"}},
    {expert_gates, {"experts' shares", "summing to 1"}},
    {mlp_pre, {"MLP, before", "into more numbers"}},
    {mlp_pre_linear, {"MLP, up", "times the gate"}},
    {mlp_post, {"MLP, neurons", "after the activation"}},
    {mlp_out, {"MLP output", "back to d_model"}},
    {resid_post, {"residual stream", "plus the MLP"}},
    {normalized_resid_post, {"normalised stream", "what leaves the layer"}},
    {ln_final_scale, {"norm's divisor", "length of each vector"}},
    {ln_final_normalized, {"normalised", "before W_U"}},
    {mlm_pre, {"head, before", "through a dense layer"}},
    {mlm_post, {"head, after", "the activation"}},
    {mlm_ln_scale, {"norm's divisor", "length of each vector"}},
    {mlm_ln_normalized, {"normalised", "before W_U"}},
    {logits, {"logits", "one for each token"}},
    {pooled, {"pooled", "one vector for the text"}},
    {class_logits, {"class logits", "one for each class"}},
}};

constexpr bool rows_in_order() {
    for (int i = 0; i < k_n_sites; ++i)
        if (static_cast<int>(k_rows[static_cast<std::size_t>(i)].site) != i) return false;
    return true;
}
static_assert(rows_in_order(), "one row per Site, in its order");

/// Which site a parameter makes; of the three of `qkv` side by side: the queries.
Site site_of(Role role, bool post_norm) {
    switch (role) {
    case Role::embed: return embed;
    case Role::pos_embed: return pos_embed;
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

SiteWords site_words(const ModelConfig& c, Site site) {
    if (site == resid_post && c.mlp == MlpKind::none) return {"residual stream", "plus attention"};
    if (site == mlp_pre && c.mlp == MlpKind::gated) return {"MLP, gate", "before the activation"};
    return k_rows[static_cast<std::size_t>(site)].words;
}

std::size_t layer_params(const Weights& weights, Stack stack, int layer) {
    std::size_t n = 0;
    for (const ParamRow& p : weights.table)
        if (p.layer == weights.config_of(stack).layer_group(layer) && p.serves(stack)) n += p.size();
    return n;
}

std::size_t stack_params(const Weights& weights, Stack stack) {
    std::size_t n = 0;
    for (const ParamRow& p : weights.table)
        if (p.stack == stack) n += p.size();
    return n;
}

std::size_t site_params(const Weights& weights, Stack stack, const SiteRef& site) {
    const ModelConfig& c = weights.config_of(stack);
    const bool post_norm = c.norm_place == NormPlace::post;
    std::size_t n = 0;
    for (const ParamRow& p : weights.table) {
        if (p.layer != c.layer_group(site.layer) || !p.serves(stack)) continue;
        Site made = site_of(p.role, post_norm);
        if (!has_site(c, made)) made = ln1_normalized; // a norm whose own place this model does not have
        if (p.role == Role::qkv || p.role == Role::qkv_bias) {
            const auto in = p.size() / static_cast<std::size_t>(c.d_q() + 2 * c.d_kv());
            if (site.site == q) n += in * static_cast<std::size_t>(c.d_q());
            if (site.site == k || site.site == v) n += in * static_cast<std::size_t>(c.d_kv());
        } else if (made == site.site) {
            n += p.size();
        }
    }
    return n;
}

} // namespace gf::ui
