#include "core/site.h"

#include "core/error.h"
#include "core/names.h"

#include <array>

namespace gf {
namespace {

using enum Site;
using enum Axis;
template <class T, std::size_t N>
using Items = const std::array<T, N>;

// The axes and inputs that the rows below point at.
constexpr Items<Axis, 2> k_pos_model{pos, d_model}, k_pos_one{pos, one}, k_pos_expert{pos, expert}, k_pos_slot{pos, slot},
    k_pos_vocab{pos, d_vocab}, k_pos_mlp{pos, d_mlp};
constexpr Items<Axis, 3> k_pos_head{pos, head, d_head}, k_pos_kv{pos, kv_head, d_head}, k_head_qk{head, query, key};
constexpr Items<Site, 1> k_from_resid_pre{resid_pre}, k_from_ln1{ln1_normalized}, k_from_q{q}, k_from_k{k},
    k_from_scores{attn_scores}, k_from_z{z}, k_from_resid_mid{resid_mid}, k_from_ln2{ln2_normalized},
    k_from_router{router_logits}, k_from_weights{expert_weights}, k_from_resid_post{resid_post},
    k_from_final{ln_final_normalized};
constexpr Items<Site, 2> k_from_embeds{embed, pos_embed}, k_from_ln1_scale{resid_pre, ln1_scale}, k_from_qk{rot_q, rot_k},
    k_from_pattern{pattern, v}, k_from_attn{resid_pre, attn_out}, k_from_ln2_scale{resid_mid, ln2_scale},
    k_from_choice{expert_weights, expert_indices}, k_from_pre{mlp_pre, mlp_pre_linear}, k_from_post{mlp_post, expert_gates},
    k_from_mlp{resid_mid, mlp_out}, k_from_final_scale{resid_post, ln_final_scale};

constexpr std::array<SiteRow, k_n_sites> k_rows{{
    {embed, "hook_embed", false, k_pos_model, true, "", "W_E[token]", {}},
    {pos_embed, "hook_pos_embed", false, k_pos_model, true, "", "W_pos[position]", {}},
    {resid_pre, "hook_resid_pre", true, k_pos_model, true, "", "embed + pos_embed, or resid_post of the layer before",
     k_from_embeds},
    {ln1_scale, "ln1.hook_scale", true, k_pos_one, true, "", "sqrt(mean((x - mean x)^2) + eps); RMSNorm: mean x = 0",
     k_from_resid_pre},
    {ln1_normalized, "ln1.hook_normalized", true, k_pos_model, true, "", "(x - mean x) / scale", k_from_ln1_scale},
    {q, "attn.hook_q", true, k_pos_head, true, "", "(normalized * gain + bias) W_Q + b_Q", k_from_ln1},
    {k, "attn.hook_k", true, k_pos_kv, true, "", "(normalized * gain + bias) W_K + b_K", k_from_ln1},
    {v, "attn.hook_v", true, k_pos_kv, true, "", "(normalized * gain + bias) W_V + b_V", k_from_ln1},
    {rot_q, "attn.hook_rot_q", true, k_pos_head, true, "", "q rotated by position * theta^(-2 i / d_head)", k_from_q},
    {rot_k, "attn.hook_rot_k", true, k_pos_kv, true, "", "k rotated by position * theta^(-2 i / d_head)", k_from_k},
    {attn_scores, "attn.hook_attn_scores", true, k_head_qk, true, "", "q . k / sqrt(d_head) + position bias; -inf where masked",
     k_from_qk},
    {pattern, "attn.hook_pattern", true, k_head_qk, true, "", "softmax of the scores over the keys", k_from_scores},
    {z, "attn.hook_z", true, k_pos_head, true, "", "sum over keys of pattern * v", k_from_pattern},
    {attn_out, "hook_attn_out", true, k_pos_model, true, "", "z W_O + b_O", k_from_z},
    {resid_mid, "hook_resid_mid", true, k_pos_model, true, "", "resid_pre + attn_out", k_from_attn},
    {ln2_scale, "ln2.hook_scale", true, k_pos_one, true, "", "sqrt(mean((x - mean x)^2) + eps); RMSNorm: mean x = 0",
     k_from_resid_mid},
    {ln2_normalized, "ln2.hook_normalized", true, k_pos_model, true, "", "(x - mean x) / scale", k_from_ln2_scale},
    {router_logits, "mlp.hook_router_logits", true, k_pos_expert, true, "", "(normalized * gain + bias) W_router", k_from_ln2},
    {expert_weights, "mlp.hook_expert_weights", true, k_pos_expert, true, "", "softmax of the router logits", k_from_router},
    {expert_indices, "mlp.hook_expert_indices", true, k_pos_slot, false, "an index, not a quantity: edit the expert weights",
     "the experts of largest weight", k_from_weights},
    {expert_gates, "mlp.hook_expert_gates", true, k_pos_slot, true, "", "weight / sum of the chosen weights", k_from_choice},
    {mlp_pre, "mlp.hook_pre", true, k_pos_mlp, true, "", "(normalized * gain + bias) W_in + b_in", k_from_ln2},
    {mlp_pre_linear, "mlp.hook_pre_linear", true, k_pos_mlp, true, "", "(normalized * gain + bias) W_up + b_up", k_from_ln2},
    {mlp_post, "mlp.hook_post", true, k_pos_mlp, true, "", "activation(pre), of a gated MLP times pre_linear", k_from_pre},
    {mlp_out, "hook_mlp_out", true, k_pos_model, true, "", "post W_out + b_out, of experts weighted by their gates", k_from_post},
    {resid_post, "hook_resid_post", true, k_pos_model, true, "", "resid_mid + mlp_out (attention only: resid_pre + attn_out)",
     k_from_mlp},
    {normalized_resid_post, "hook_normalized_resid_post", true, k_pos_model, true, "", "norm of resid_post with gain and bias",
     k_from_resid_post},
    {ln_final_scale, "ln_final.hook_scale", false, k_pos_one, true, "", "sqrt(mean((x - mean x)^2) + eps); RMSNorm: mean x = 0",
     k_from_resid_post},
    {ln_final_normalized, "ln_final.hook_normalized", false, k_pos_model, true, "", "(x - mean x) / scale", k_from_final_scale},
    {logits, "logits", false, k_pos_vocab, true, "", "(normalized * gain + bias) W_U", k_from_final},
}};

constexpr bool rows_in_order() {
    for (int i = 0; i < k_n_sites; ++i)
        if (static_cast<int>(k_rows[static_cast<std::size_t>(i)].site) != i) return false;
    return true;
}
static_assert(rows_in_order(), "one row per Site, in its order");

bool glob_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]))
            ++p, ++t;
        else if (p < pattern.size() && pattern[p] == '*')
            star = p++, resume = t;
        else if (star != std::string_view::npos)
            p = star + 1, t = ++resume;
        else
            return false;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

[[noreturn]] void unknown_site(const ModelConfig& config, std::string_view wanted) {
    std::vector<std::string> valid;
    for (const SiteRef& s : all_sites(config)) valid.push_back(site_name(s.site, s.layer));
    throw Error({"site", "a name or pattern of this model's sites; nearest: " + nearest_names(wanted, valid),
                 "'" + std::string(wanted) + "'", "`glassformer info` lists them all"});
}

} // namespace

const SiteRow& site_row(Site site) { return k_rows[static_cast<std::size_t>(site)]; }

bool has_site(const ModelConfig& c, Site site) {
    const bool pre = c.norm_place == NormPlace::pre, mlp = c.mlp != MlpKind::none;
    switch (site) {
    case pos_embed: return c.positions == Positions::learned || c.positions == Positions::sinusoidal;
    case rot_q:
    case rot_k: return c.positions == Positions::rope;
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
    default: return true;
    }
}

int site_heads(const ModelConfig& c, Site site) {
    switch (site) {
    case q:
    case rot_q:
    case z:
    case attn_scores:
    case pattern: return c.n_heads;
    case k:
    case v:
    case rot_k: return c.n_kv_heads;
    case mlp_pre:
    case mlp_pre_linear:
    case mlp_post: return c.expert_slots();
    default: return 1;
    }
}

int site_width(const ModelConfig& c, Site site, int n_keys) {
    switch (site_row(site).axes.back()) {
    case key: return c.n_heads * n_keys;
    case d_head: return site_heads(c, site) * c.d_head;
    case d_mlp: return site_heads(c, site) * c.d_mlp;
    case expert: return c.n_experts;
    case slot: return c.experts_per_token;
    case d_vocab: return c.d_vocab;
    case one: return 1;
    default: return c.d_model;
    }
}

std::string site_name(Site site, int layer) {
    const SiteRow& row = site_row(site);
    return row.per_layer ? "blocks." + std::to_string(layer) + "." + std::string(row.hook) : std::string(row.hook);
}

std::vector<SiteRef> all_sites(const ModelConfig& config) {
    std::vector<SiteRef> sites;
    auto add = [&](int first, int last, int layer) { // sites first..last that exist
        for (int i = first; i <= last; ++i)
            if (has_site(config, static_cast<Site>(i))) sites.push_back({static_cast<Site>(i), layer});
    };
    add(static_cast<int>(embed), static_cast<int>(pos_embed), -1);
    for (int l = 0; l < config.n_layers; ++l) add(static_cast<int>(resid_pre), static_cast<int>(normalized_resid_post), l);
    add(static_cast<int>(ln_final_scale), static_cast<int>(logits), -1);
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
