#include "core/site.h"

#include "core/name_matching.h"
#include "platform/error.h"

#include <array>

namespace gf {
namespace {

using enum Site;
using enum Axis;
template <class T, std::size_t N>
using Items = const std::array<T, N>;

// The axes to which the rows of k_site_rows point.
constexpr Items<Axis, 2> k_pos_model{pos, d_model}, k_pos_one{pos, one}, k_pos_expert{pos, expert},
    k_pos_slot{pos, slot}, k_pos_vocab{pos, d_vocab}, k_pos_mlp{pos, d_mlp},
    k_segment_model{segment, d_model}, k_source_model{source, d_model}, k_segment_class{segment, n_classes};
constexpr Items<Axis, 3> k_pos_head{pos, head, d_head}, k_pos_kv{pos, kv_head, d_head},
    k_source_kv{source, kv_head, d_head}, k_head_qk{head, query, key}, k_head_qs{head, query, source};

// The formulas' language is explained in core/formula/formula.h.
constexpr Items<FormulaPart, 14> k_formula_parts{{
    {"embed_sum", "embed[t, i] + pos_embed[t, i]"},
    {"ln1_in", "resid_pre[t, i] if pre_norm else resid_mid[t, i] or resid_post[t, i]"},
    {"ln1_out", "ln1_normalized[t, i] * ln1_gain[i] + ln1_bias[i]"},
    {"ln_cross_in", "resid_mid[t, i] if pre_norm else resid_mid_cross[t, i]"},
    {"ln_cross_out", "ln_cross_normalized[t, i] * ln_cross_gain[i] + ln_cross_bias[i]"},
    {"ln2_in", "resid_mid_cross[t, i] or resid_mid[t, i] if pre_norm else resid_post[t, i]"},
    {"ln2_out", "ln2_normalized[t, i] * ln2_gain[i] + ln2_bias[i]"},
    {"attn_in", "ln1_out[i] if pre_norm else resid_pre[t, i]"},
    {"cross_in", "ln_cross_out[i] if pre_norm else ln1_out[i]"},
    {"mlp_in", "ln2_out[i] if pre_norm else ln_cross_out[i] if encoder_decoder else ln1_out[i]"},
    {"final_in", "ln_final_normalized[t, i] * ln_final_gain[i] + ln_final_bias[i] if pre_norm else "
                 "normalized_resid_post[t, i]"},
    {"head_in",
     "mlm_ln_normalized[t, i] * mlm_ln_gain[i] + mlm_ln_bias[i] if masked_tokens else final_in[i]"},
    {"angle", "position * theta ^ (-2 * pair / d_head)"}, // RoPE (Su et al. 2021)
    {"wave", "position / 10000 ^ (2 * pair / d_model)"},  // Vaswani et al. 2017, 3.5
}};

constexpr std::array<SiteRow, k_n_sites> k_site_rows{{
    {embed, "hook_embed", false, k_pos_model, true, "", "W_E[token, c]"},
    {pos_embed, "hook_pos_embed", false, k_pos_model, true, "",
     "W_pos[position, c] if learned else sin(wave) if leads else cos(wave)"},
    {embed_ln_scale, "embed.ln.hook_scale", false, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (embed_sum[i] - (mean(j in d_model: embed_sum[j]) if layer_norm)) ^ 2) + eps)"},
    {embed_ln_normalized, "embed.ln.hook_normalized", false, k_pos_model, true, "",
     "(embed_sum[c] - (mean(i in d_model: embed_sum[i]) if layer_norm)) / embed_ln_scale"},
    {encoder_out, "hook_encoder_out", false, k_source_model, true, "", "source_output"},
    {resid_pre, "hook_resid_pre", true, k_pos_model, true, "",
     "normalized_resid_post.before or resid_post.before or "
     "(embed_ln_normalized * embed_ln_gain[c] + embed_ln_bias[c] if embed_norm else embed + pos_embed)"},
    {ln1_scale, "ln1.hook_scale", true, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (ln1_in[i] - (mean(j in d_model: ln1_in[j]) if layer_norm)) ^ 2) + eps)"},
    {ln1_normalized, "ln1.hook_normalized", true, k_pos_model, true, "",
     "(ln1_in[c] - (mean(i in d_model: ln1_in[i]) if layer_norm)) / ln1_scale"},
    {q, "attn.hook_q", true, k_pos_head, true, "",
     "sum(i in d_model: attn_in[i] * W_Q[i, h, c]) + b_Q[h, c]"},
    {k, "attn.hook_k", true, k_pos_kv, true, "", "sum(i in d_model: attn_in[i] * W_K[i, h, c]) + b_K[h, c]"},
    {v, "attn.hook_v", true, k_pos_kv, true, "", "sum(i in d_model: attn_in[i] * W_V[i, h, c]) + b_V[h, c]"},
    {rot_q, "attn.hook_rot_q", true, k_pos_head, true, "",
     "q * cos(angle) - q[t, h, partner] * sin(angle) if leads else q * cos(angle) + q[t, h, partner] * "
     "sin(angle)"},
    {rot_k, "attn.hook_rot_k", true, k_pos_kv, true, "",
     "k * cos(angle) - k[t, h, partner] * sin(angle) if leads else k * cos(angle) + k[t, h, partner] * "
     "sin(angle)"},
    {attn_scores, "attn.hook_attn_scores", true, k_head_qk, true, "",
     "sum(i in d_head: (rot_q[t, h, i] or q[t, h, i]) * (rot_k[c, kv, i] or k[c, kv, i])) / sqrt(d_head) - "
     "(slope * distance if alibi) if visible else -inf"},
    {pattern, "attn.hook_pattern", true, k_head_qk, true, "",
     "exp(attn_scores - max(j in keys: attn_scores[h, t, j])) / "
     "sum(j in keys: exp(attn_scores[h, t, j] - max(i in keys: attn_scores[h, t, i]))) if visible else 0"},
    {z, "attn.hook_z", true, k_pos_head, true, "", "sum(j in keys: pattern[h, t, j] * v[j, kv, c])"},
    {attn_out, "hook_attn_out", true, k_pos_model, true, "",
     "sum(a in heads, i in d_head: z[t, a, i] * W_O[a, i, c]) + b_O[c]"},
    {resid_mid, "hook_resid_mid", true, k_pos_model, true, "", "resid_pre + attn_out"},
    {ln_cross_scale, "ln_cross.hook_scale", true, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (ln_cross_in[i] - (mean(j in d_model: ln_cross_in[j]) if layer_norm)) ^ 2) + "
     "eps)"},
    {ln_cross_normalized, "ln_cross.hook_normalized", true, k_pos_model, true, "",
     "(ln_cross_in[c] - (mean(i in d_model: ln_cross_in[i]) if layer_norm)) / ln_cross_scale"},
    {cross_q, "cross_attn.hook_q", true, k_pos_head, true, "",
     "sum(i in d_model: cross_in[i] * W_cross_Q[i, h, c]) + b_cross_Q[h, c]"},
    {cross_k, "cross_attn.hook_k", true, k_source_kv, true, "",
     "sum(i in d_model: encoder_out[t, i] * W_cross_K[i, h, c]) + b_cross_K[h, c]"},
    {cross_v, "cross_attn.hook_v", true, k_source_kv, true, "",
     "sum(i in d_model: encoder_out[t, i] * W_cross_V[i, h, c]) + b_cross_V[h, c]"},
    {cross_attn_scores, "cross_attn.hook_attn_scores", true, k_head_qs, true, "",
     "sum(i in d_head: cross_q[t, h, i] * cross_k[c, kv, i]) / sqrt(d_head) if visible else -inf"},
    {cross_pattern, "cross_attn.hook_pattern", true, k_head_qs, true, "",
     "exp(cross_attn_scores - max(j in source_keys: cross_attn_scores[h, t, j])) / "
     "sum(j in source_keys: exp(cross_attn_scores[h, t, j] - max(i in source_keys: "
     "cross_attn_scores[h, t, i]))) if visible else 0"},
    {cross_z, "cross_attn.hook_z", true, k_pos_head, true, "",
     "sum(j in source_keys: cross_pattern[h, t, j] * cross_v[j, kv, c])"},
    {cross_attn_out, "hook_cross_attn_out", true, k_pos_model, true, "",
     "sum(a in heads, i in d_head: cross_z[t, a, i] * W_cross_O[a, i, c]) + b_cross_O[c]"},
    {resid_mid_cross, "hook_resid_mid_cross", true, k_pos_model, true, "",
     "(resid_mid if pre_norm else ln1_out[c]) + cross_attn_out"},
    {ln2_scale, "ln2.hook_scale", true, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (ln2_in[i] - (mean(j in d_model: ln2_in[j]) if layer_norm)) ^ 2) + eps)"},
    {ln2_normalized, "ln2.hook_normalized", true, k_pos_model, true, "",
     "(ln2_in[c] - (mean(i in d_model: ln2_in[i]) if layer_norm)) / ln2_scale"},
    {router_logits, "mlp.hook_router_logits", true, k_pos_expert, true, "",
     "sum(i in d_model: mlp_in[i] * W_router[i, c]) if on else -inf"},
    {expert_weights, "mlp.hook_expert_weights", true, k_pos_expert, true, "",
     "exp(router_logits - max(e in experts: router_logits[t, e])) / "
     "sum(e in experts: exp(router_logits[t, e] - max(i in experts: router_logits[t, i])))"},
    {expert_indices, "mlp.hook_expert_indices", true, k_pos_slot, false,
     "an index, not a quantity: edit the expert weights", "rank(e in experts: expert_weights[t, e])"},
    {expert_gates, "mlp.hook_expert_gates", true, k_pos_slot, true, "",
     "(1 if forced else expert_weights[t, expert(c)] / sum(s in chosen: expert_weights[t, expert(s)])) "
     "if counted else 0"},
    {mlp_pre, "mlp.hook_pre", true, k_pos_mlp, true, "",
     "sum(i in d_model: mlp_in[i] * W_in[expert(h), i, c]) + b_in[expert(h), c]"},
    {mlp_pre_linear, "mlp.hook_pre_linear", true, k_pos_mlp, true, "",
     "sum(i in d_model: mlp_in[i] * W_up[expert(h), i, c]) + b_up[expert(h), c]"},
    {mlp_post, "mlp.hook_post", true, k_pos_mlp, true, "", "act(mlp_pre) * mlp_pre_linear"},
    {mlp_out, "hook_mlp_out", true, k_pos_model, true, "",
     "sum(s in slots: expert_gates[t, s] * (sum(i in d_mlp: mlp_post[t, s, i] * W_out[expert(s), i, c]) + "
     "b_out[expert(s), c]))"},
    {resid_post, "hook_resid_post", true, k_pos_model, true, "",
     "resid_pre + attn_out if attention_only else "
     "(resid_mid_cross or resid_mid if pre_norm else ln_cross_out[c] if encoder_decoder else ln1_out[c]) + "
     "mlp_out"},
    {normalized_resid_post, "hook_normalized_resid_post", true, k_pos_model, true, "",
     "ln1_out[c] if attention_only else ln2_out[c]"},
    {ln_final_scale, "ln_final.hook_scale", false, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (resid_post[t, i] - (mean(j in d_model: resid_post[t, j]) if layer_norm)) ^ 2) "
     "+ eps)"},
    {ln_final_normalized, "ln_final.hook_normalized", false, k_pos_model, true, "",
     "(resid_post - (mean(i in d_model: resid_post[t, i]) if layer_norm)) / ln_final_scale"},
    {mlm_pre, "mlm_head.hook_pre", false, k_pos_model, true, "",
     "sum(i in d_model: final_in[i] * W_mlm[i, c]) + b_mlm[c]"},
    {mlm_post, "mlm_head.hook_post", false, k_pos_model, true, "", "act(mlm_pre)"},
    {mlm_ln_scale, "mlm_head.ln.hook_scale", false, k_pos_one, true, "",
     "sqrt(mean(i in d_model: (mlm_post[t, i] - (mean(j in d_model: mlm_post[t, j]) if layer_norm)) ^ 2) + "
     "eps)"},
    {mlm_ln_normalized, "mlm_head.ln.hook_normalized", false, k_pos_model, true, "",
     "(mlm_post - (mean(i in d_model: mlm_post[t, i]) if layer_norm)) / mlm_ln_scale"},
    {logits, "logits", false, k_pos_vocab, true, "",
     "sum(i in d_model: head_in[i] * (W_U[i, c] or W_E[c, i])) + b_U[c]"},
    {pooled, "hook_pooled", false, k_segment_model, true, "", "mean(r in pooled_rows: final_in[c, r])"},
    {class_logits, "class_logits", false, k_segment_class, true, "",
     "sum(i in d_model: pooled[t, i] * W_class[i, c]) + b_class[c]"},
}};

constexpr bool rows_in_order() {
    for (int i = 0; i < k_n_sites; ++i)
        if (static_cast<int>(k_site_rows[static_cast<std::size_t>(i)].site) != i) return false;
    return true;
}
static_assert(rows_in_order(), "one row per Site, in its order");

[[noreturn]] void unknown_site(const ModelConfig& config, std::string_view wanted) {
    std::vector<std::string> valid;
    for (const SiteRef& s : all_sites(config)) valid.push_back(site_name(s.site, s.layer));
    throw Error({"site", "a name or pattern of this model's sites; nearest: " + nearest_names(wanted, valid),
                 "'" + std::string(wanted) + "'", "`glassformer info` lists them all"});
}

} // namespace

std::span<const FormulaPart> formula_parts() { return k_formula_parts; }

const SiteRow& site_row(Site site) { return k_site_rows[static_cast<std::size_t>(site)]; }

bool has_site(const ModelConfig& c, Site site) {
    const bool pre = c.norm_place == NormPlace::pre, mlp = c.mlp != MlpKind::none;
    switch (site) {
    case embed_ln_scale:
    case embed_ln_normalized: return c.embed_norm;
    case pos_embed: return c.positions == Positions::learned || c.positions == Positions::sinusoidal;
    case rot_q:
    case rot_k: return c.positions == Positions::rope;
    case encoder_out:
    case ln_cross_scale:
    case ln_cross_normalized:
    case cross_q:
    case cross_k:
    case cross_v:
    case cross_attn_scores:
    case cross_pattern:
    case cross_z:
    case cross_attn_out:
    case resid_mid_cross: return c.has_encoder();
    case resid_mid:
    case ln2_scale:
    case ln2_normalized:
    case mlp_pre:
    case mlp_post:
    case mlp_out: return mlp;
    case mlp_pre_linear: return c.mlp == MlpKind::gated;
    case router_logits:
    case expert_weights:
    case expert_indices:
    case expert_gates: return c.is_moe();
    case normalized_resid_post: return !pre;
    case ln_final_scale:
    case ln_final_normalized: return pre;
    case mlm_pre:
    case mlm_post:
    case mlm_ln_scale:
    case mlm_ln_normalized: return c.head == OutputHead::masked_tokens;
    case logits: return c.has_logits();
    case pooled: return c.pools();
    case class_logits: return c.head == OutputHead::classes;
    default: return true;
    }
}

int site_heads(const ModelConfig& c, Site site) {
    switch (site) {
    case q:
    case rot_q:
    case z:
    case attn_scores:
    case pattern:
    case cross_q:
    case cross_z:
    case cross_attn_scores:
    case cross_pattern: return c.n_heads;
    case k:
    case v:
    case rot_k:
    case cross_k:
    case cross_v: return c.n_kv_heads;
    case mlp_pre:
    case mlp_pre_linear:
    case mlp_post: return c.expert_slots();
    default: return 1;
    }
}

int site_width(const ModelConfig& c, Site site, int n_keys) {
    switch (site_row(site).axes.back()) {
    case source:
    case key: return c.n_heads * n_keys;
    case d_head: return site_heads(c, site) * c.d_head;
    case d_mlp: return site_heads(c, site) * c.d_mlp;
    case expert: return c.n_experts;
    case slot: return c.experts_per_token;
    case d_vocab: return c.d_vocab;
    case n_classes: return c.n_classes;
    case one: return 1;
    default: return c.d_model;
    }
}

Axis row_axis(Site site) {
    const Axis first = site_row(site).axes.front();
    return first == segment || first == source ? first : pos;
}

bool has_key_axis(Site site) { return site_row(site).axes.back() == key || has_source_keys(site); }

bool has_source_keys(Site site) { return site_row(site).axes.back() == source; }

Site output_site(const ModelConfig& c) {
    switch (c.head) {
    case OutputHead::classes: return class_logits;
    case OutputHead::embedding: return pooled;
    case OutputHead::none:
        return c.norm_place == NormPlace::pre ? ln_final_normalized : normalized_resid_post;
    default: return logits;
    }
}

std::string site_name(Site site, int layer) {
    const SiteRow& row = site_row(site);
    return row.per_layer ? "blocks." + std::to_string(layer) + "." + std::string(row.hook)
                         : std::string(row.hook);
}

std::vector<SiteRef> all_sites(const ModelConfig& config) {
    std::vector<SiteRef> sites;
    // Adds the sites from first to last, both included, that the model has.
    auto add = [&](int first, int last, int layer) {
        for (int i = first; i <= last; ++i)
            if (has_site(config, static_cast<Site>(i))) sites.push_back({static_cast<Site>(i), layer});
    };
    add(static_cast<int>(embed), static_cast<int>(encoder_out), -1);
    for (int l = 0; l < config.n_layers; ++l)
        add(static_cast<int>(resid_pre), static_cast<int>(normalized_resid_post), l);
    add(static_cast<int>(ln_final_scale), k_n_sites - 1, -1);
    return sites;
}

SiteRef find_site(const ModelConfig& config, std::string_view name) {
    for (const SiteRef& s : all_sites(config))
        if (site_name(s.site, s.layer) == name) return s;
    unknown_site(config, name);
}

std::vector<SiteRef> match_sites(const ModelConfig& config, std::string_view glob) {
    std::vector<SiteRef> matched;
    for (const SiteRef& s : all_sites(config))
        if (glob_match(glob, site_name(s.site, s.layer))) matched.push_back(s);
    if (matched.empty()) unknown_site(config, glob);
    return matched;
}

} // namespace gf
