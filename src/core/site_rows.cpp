// The table of all sites, and the parts that their formulas share.

#include "core/site.h"

#include <algorithm>
#include <array>

// A namespace of its own, since the short names of the table would be in the way of the folder's other files.
namespace gf::site_table {
namespace {

using enum Site;
using enum Axis;
using enum Attention;
using Family = SiteFamily;
template <class T, std::size_t N>
using Items = const std::array<T, N>;

// The axes to which the rows of k_site_rows point.
constexpr Items<Axis, 2> k_pos_model{pos, d_model}, k_pos_one{pos, one}, k_pos_expert{pos, expert},
    k_pos_slot{pos, slot}, k_pos_vocab{pos, d_vocab}, k_pos_mlp{pos, d_mlp},
    k_segment_model{segment, d_model}, k_source_model{source, d_model}, k_segment_class{segment, n_classes};
constexpr Items<Axis, 3> k_pos_head{pos, head, d_head}, k_pos_kv{pos, kv_head, d_head},
    k_source_kv{source, kv_head, d_head}, k_pos_head_one{pos, head, one}, k_pos_kv_one{pos, kv_head, one},
    k_head_qk{head, query, key}, k_head_qs{head, query, source};

// When a model has a site.
using Config = const ModelConfig&;
bool every_model(Config) { return true; }
bool embed_norm(Config c) { return c.embed_norm; }
bool position_vectors(Config c) {
    return c.positions == Positions::learned || c.positions == Positions::sinusoidal;
}
bool rope(Config c) { return c.positions == Positions::rope; }
bool qk_norm(Config c) { return c.qk_norm != QkNorm::none; }
bool norm1(Config c) { return c.norms_input() || c.norms_stream(); }
bool norm2(Config c) { return c.has_norm2(); }
bool output_norm(Config c) { return c.norms_output(); }
bool mlp_output_norm(Config c) { return c.norms_output() && c.mlp != MlpKind::none; }
bool final_norm(Config c) { return !c.norms_stream(); }
bool post_norm(Config c) { return c.norms_stream(); }
bool mid_stream(Config c) { return c.mlp != MlpKind::none && !c.is_parallel(); }
bool reads_source(Config c) { return c.has_encoder(); }
bool has_mlp(Config c) { return c.mlp != MlpKind::none; }
bool attention_only(Config c) { return c.mlp == MlpKind::none; }
bool gated_mlp(Config c) { return c.mlp == MlpKind::gated; }
bool has_experts(Config c) { return c.is_moe(); }
bool masked_tokens(Config c) { return c.head == OutputHead::masked_tokens; }
bool has_logits(Config c) { return c.has_logits(); }
bool pools(Config c) { return c.pools(); }
bool classifies(Config c) { return c.head == OutputHead::classes; }

// Values of fields whose meaning a bare `true`, `false` or {} would not show.
constexpr bool once = false, in_layers = true, not_editable = false;
constexpr auto none = std::nullopt, no_partner = std::nullopt;
constexpr OtherWords same_words, as_normed{output_norm, {"attention, normed", "what is added"}},
    mlp_normed{output_norm, {"MLP, normed", "what is added"}},
    as_gate{gated_mlp, {"MLP, gate", "before the activation"}},
    without_mlp{attention_only, {"residual stream", "plus attention"}};

// The formulas' language is explained in core/formula/formula.h.
constexpr Items<FormulaPart, 20> k_formula_parts{{
    {"embed_sum", "embed[t, i] + pos_embed[t, i]"},
    {"ln1_in", "resid_pre[t, i] if pre_norm else resid_mid[t, i] or resid_post[t, i]"},
    {"ln1_out", "ln1_normalized[t, i] * (ln1_gain[i] + (gain_offset if gain_offset)) + ln1_bias[i]"},
    {"ln_cross_in", "resid_mid[t, i] if pre_norm else resid_mid_cross[t, i]"},
    {"ln_cross_out",
     "ln_cross_normalized[t, i] * (ln_cross_gain[i] + (gain_offset if gain_offset)) + ln_cross_bias[i]"},
    {"ln2_in",
     "resid_mid_cross[t, i] or resid_mid[t, i] or resid_pre[t, i] if pre_norm else resid_post[t, i]"},
    {"ln2_out", "ln2_normalized[t, i] * (ln2_gain[i] + (gain_offset if gain_offset)) + ln2_bias[i]"},
    {"attn_in", "ln1_out[i] if pre_norm else resid_pre[t, i]"},
    {"cross_in", "ln_cross_out[i] if pre_norm else ln1_out[i]"},
    {"mlp_in", "ln1_out[i] if shared_norm else ln2_out[i] if pre_norm else (ln_cross_out[i] if "
               "encoder_decoder else ln1_out[i]) if post_norm else resid_mid[t, i]"},
    {"final_in", "normalized_resid_post[t, i] if post_norm else ln_final_normalized[t, i] * "
                 "(ln_final_gain[i] + (gain_offset if gain_offset)) + ln_final_bias[i]"},
    {"head_in", "mlm_ln_normalized[t, i] * (mlm_ln_gain[i] + (gain_offset if gain_offset)) + mlm_ln_bias[i] "
                "if masked_tokens else final_in[i]"},
    {"angle", "position * theta ^ (-2 * pair / d_rotary) / (stretch if stretched)"}, // RoPE (Su et al. 2021)
    {"turned_q", "norm_q[t, h, i] or q[t, h, i]"},
    {"turned_k", "norm_k[t, h, i] or k[t, h, i]"},
    {"raw_score", "sum(j in d_head: (rot_q[t, h, j] or norm_q[t, h, j] or q[t, h, j]) * (rot_k[i, kv, j] or "
                  "norm_k[i, kv, j] or k[i, kv, j])) / (sqrt(d_head) if sqrt_scaled) * (attn_scale if "
                  "attn_scaled) - (slope * distance if alibi) + position_bias[bucket, h]"},
    {"raw_cross_score", "sum(j in d_head: cross_q[t, h, j] * cross_k[i, kv, j]) / (sqrt(d_head) if "
                        "sqrt_scaled) * (attn_scale if attn_scaled)"},
    {"mlp_sum", "sum(s in slots: expert_gates[t, s] * (sum(j in d_mlp: mlp_post[t, s, j] * W_out[expert(s), "
                "j, i]) + b_out[expert(s), i]))"},
    {"raw_logit", "(logit_scale if logits_scaled) * (sum(j in d_model: head_in[j] * (W_U[j, i] or W_E[i, "
                  "j])) + b_U[i])"},
    {"wave", "position / 10000 ^ (2 * pair / d_model)"}, // Vaswani et al. 2017, 3.5
}};

// In the order of SiteRow's fields; what most sites do not have stands at the end.
constexpr std::array<SiteRow, k_n_sites> k_site_rows{{
    {embed, "hook_embed", once, k_pos_model, every_model, Family::token, none, "embed", "embedding",
     "one vector each", "token embedding", "(embed_scale if embed_scaled) * W_E[token, c]"},
    {pos_embed, "hook_pos_embed", once, k_pos_model, position_vectors, Family::position, none, "pos_embed",
     "positions", "one for each place", "position vector",
     "W_pos[position, c] if learned else sin(wave) if leads else cos(wave)"},
    {embed_ln_scale, "embed.ln.hook_scale", once, k_pos_one, embed_norm, Family::norm, none, "embed_ln_scale",
     "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (embed_sum[i] - (mean(j in d_model: embed_sum[j]) if layer_norm)) ^ 2) + eps)",
     "scale", embed_ln_normalized},
    {embed_ln_normalized, "embed.ln.hook_normalized", once, k_pos_model, embed_norm, Family::norm, none,
     "embed_ln_normalized", "normalised", "all equally long", "normalised vector",
     "(embed_sum[c] - (mean(i in d_model: embed_sum[i]) if layer_norm)) / embed_ln_scale", "normalized"},
    {encoder_out, "hook_encoder_out", once, k_source_model, reads_source, Family::residual, none,
     "encoder_out", "source, read", "what the encoder gives", "encoder", "source_output"},
    {resid_pre, "hook_resid_pre", in_layers, k_pos_model, every_model, Family::residual, none, "resid_pre",
     "residual stream", "what enters the layer", "residual stream",
     "normalized_resid_post.before or resid_post.before or (embed_ln_normalized * (embed_ln_gain[c] + "
     "(gain_offset if gain_offset)) + "
     "embed_ln_bias[c] if embed_norm else embed + pos_embed)"},
    {ln1_scale, "ln1.hook_scale", in_layers, k_pos_one, norm1, Family::norm, none, "ln1_scale",
     "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (ln1_in[i] - (mean(j in d_model: ln1_in[j]) if layer_norm)) ^ 2) + eps)",
     "scale", ln1_normalized},
    {ln1_normalized, "ln1.hook_normalized", in_layers, k_pos_model, norm1, Family::norm, none,
     "ln1_normalized", "normalised", "all equally long", "normalised vector",
     "(ln1_in[c] - (mean(i in d_model: ln1_in[i]) if layer_norm)) / ln1_scale", "normalized"},
    {q, "attn.hook_q", in_layers, k_pos_head, every_model, Family::query, self, "q", "queries",
     "what it seeks", "query", "sum(i in d_model: attn_in[i] * W_Q[i, h, c]) + b_Q[h, c]"},
    {k, "attn.hook_k", in_layers, k_pos_kv, every_model, Family::key, self, "k", "keys", "what it offers",
     "key", "sum(i in d_model: attn_in[i] * W_K[i, h, c]) + b_K[h, c]"},
    {v, "attn.hook_v", in_layers, k_pos_kv, every_model, Family::value, self, "v", "values", "what it gives",
     "value", "sum(i in d_model: attn_in[i] * W_V[i, h, c]) + b_V[h, c]"},
    {q_norm_scale, "attn.q_norm.hook_scale", in_layers, k_pos_head_one, qk_norm, Family::norm, self,
     "q_norm_scale", "queries' divisor", "length of each query", "norm's divisor",
     "sqrt(mean(i in d_head: q[t, h, i] ^ 2) + eps) if norm_by_heads else sqrt(mean(a in heads, i in d_head: "
     "q[t, a, i] ^ 2) + eps)",
     "scale"},
    {norm_q, "attn.hook_norm_q", in_layers, k_pos_head, qk_norm, Family::query, self, "norm_q",
     "queries, normed", "all equally long", "norm of queries and keys",
     "q / q_norm_scale * ((q_norm_gain[c] if norm_by_heads else q_norm_gains[h, c]) + (gain_offset if "
     "gain_offset))"},
    {k_norm_scale, "attn.k_norm.hook_scale", in_layers, k_pos_kv_one, qk_norm, Family::norm, self,
     "k_norm_scale", "keys' divisor", "length of each key", "norm's divisor",
     "sqrt(mean(i in d_head: k[t, h, i] ^ 2) + eps) if norm_by_heads else sqrt(mean(a in kv_heads, i in "
     "d_head: k[t, a, i] ^ 2) + eps)",
     "scale"},
    {norm_k, "attn.hook_norm_k", in_layers, k_pos_kv, qk_norm, Family::key, self, "norm_k", "keys, normed",
     "all equally long", "norm of queries and keys",
     "k / k_norm_scale * ((k_norm_gain[c] if norm_by_heads else k_norm_gains[h, c]) + (gain_offset if "
     "gain_offset))"},
    {rot_q, "attn.hook_rot_q", in_layers, k_pos_head, rope, Family::query, self, "rot_q", "queries, RoPE",
     "turned by their position", "RoPE",
     "(attention_factor if amplified) * (turned_q[c] * cos(angle) - turned_q[partner] * sin(angle) if leads "
     "else turned_q[c] * cos(angle) + turned_q[partner] * sin(angle)) if turned else turned_q[c]"},
    {rot_k, "attn.hook_rot_k", in_layers, k_pos_kv, rope, Family::key, self, "rot_k", "keys, RoPE",
     "turned by their position", "RoPE",
     "(attention_factor if amplified) * (turned_k[c] * cos(angle) - turned_k[partner] * sin(angle) if leads "
     "else turned_k[c] * cos(angle) + turned_k[partner] * sin(angle)) if turned else turned_k[c]"},
    {attn_scores, "attn.hook_attn_scores", in_layers, k_head_qk, every_model, Family::attention, self,
     "attn_scores", "scores", "query · key / √d_head", "attention score",
     "(score_cap * tanh(raw_score[c] / score_cap) if scores_capped else raw_score[c]) if visible else -inf",
     "score"},
    {pattern, "attn.hook_pattern", in_layers, k_head_qk, every_model, Family::attention, self, "pattern",
     "attention", "softmax over keys", "attention weight",
     "exp(attn_scores - max(j in keys: attn_scores[h, t, j])) / (sum(j in keys: exp(attn_scores[h, t, j] - "
     "max(i in keys: attn_scores[h, t, i]))) + exp(sink[h] - max(j in keys: attn_scores[h, t, j]))) if "
     "visible "
     "else 0"},
    {z, "attn.hook_z", in_layers, k_pos_head, every_model, Family::value, self, "z", "mixed values",
     "values times the weights", "mixed values", "sum(j in keys: pattern[h, t, j] * v[j, kv, c])"},
    {attn_raw, "attn.hook_out", in_layers, k_pos_model, output_norm, Family::value, self, "attn_raw",
     "heads, added", "through W_O", "attention output",
     "sum(a in heads, i in d_head: z[t, a, i] * W_O[a, i, c]) + b_O[c]"},
    {ln1_post_scale, "ln1_post.hook_scale", in_layers, k_pos_one, output_norm, Family::norm, none,
     "ln1_post_scale", "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (attn_raw[t, i] - (mean(j in d_model: attn_raw[t, j]) if layer_norm)) ^ 2) + "
     "eps)",
     "scale", ln1_post_normalized},
    {ln1_post_normalized, "ln1_post.hook_normalized", in_layers, k_pos_model, output_norm, Family::norm, none,
     "ln1_post_normalized", "normalised", "all equally long", "normalised vector",
     "(attn_raw - (mean(i in d_model: attn_raw[t, i]) if layer_norm)) / ln1_post_scale", "normalized"},
    {attn_out, "hook_attn_out", in_layers, k_pos_model, every_model, Family::value, self, "attn_out",
     "heads, added", "through W_O", "attention output",
     "ln1_post_normalized * (ln1_post_gain[c] + (gain_offset if gain_offset)) + ln1_post_bias[c] if "
     "output_norm else sum(a in heads, i in d_head: z[t, a, i] * W_O[a, i, c]) + b_O[c]",
     "", no_partner, as_normed},
    {resid_mid, "hook_resid_mid", in_layers, k_pos_model, mid_stream, Family::residual, none, "resid_mid",
     "residual stream", "plus attention", "residual stream", "resid_pre + attn_out"},
    {ln_cross_scale, "ln_cross.hook_scale", in_layers, k_pos_one, reads_source, Family::norm, none,
     "ln_cross_scale", "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (ln_cross_in[i] - (mean(j in d_model: ln_cross_in[j]) if layer_norm)) ^ 2) + "
     "eps)",
     "scale", ln_cross_normalized},
    {ln_cross_normalized, "ln_cross.hook_normalized", in_layers, k_pos_model, reads_source, Family::norm,
     none, "ln_cross_normalized", "normalised", "all equally long", "normalised vector",
     "(ln_cross_in[c] - (mean(i in d_model: ln_cross_in[i]) if layer_norm)) / ln_cross_scale", "normalized"},
    {cross_q, "cross_attn.hook_q", in_layers, k_pos_head, reads_source, Family::query, cross, "cross_q",
     "queries", "sought in the source", "query",
     "sum(i in d_model: cross_in[i] * W_cross_Q[i, h, c]) + b_cross_Q[h, c]"},
    {cross_k, "cross_attn.hook_k", in_layers, k_source_kv, reads_source, Family::key, cross, "cross_k",
     "source's keys", "what it offers", "key",
     "sum(i in d_model: encoder_out[t, i] * W_cross_K[i, h, c]) + b_cross_K[h, c]"},
    {cross_v, "cross_attn.hook_v", in_layers, k_source_kv, reads_source, Family::value, cross, "cross_v",
     "source's values", "what it gives", "value",
     "sum(i in d_model: encoder_out[t, i] * W_cross_V[i, h, c]) + b_cross_V[h, c]"},
    {cross_attn_scores, "cross_attn.hook_attn_scores", in_layers, k_head_qs, reads_source, Family::attention,
     cross, "cross_attn_scores", "scores", "query · key / √d_head", "attention score",
     "(score_cap * tanh(raw_cross_score[c] / score_cap) if scores_capped else raw_cross_score[c]) if visible "
     "else -inf",
     "score"},
    {cross_pattern, "cross_attn.hook_pattern", in_layers, k_head_qs, reads_source, Family::attention, cross,
     "cross_pattern", "attention", "softmax over the source", "attention weight",
     "exp(cross_attn_scores - max(j in source_keys: cross_attn_scores[h, t, j])) / sum(j in source_keys: "
     "exp(cross_attn_scores[h, t, j] - max(i in source_keys: cross_attn_scores[h, t, i]))) if visible else "
     "0"},
    {cross_z, "cross_attn.hook_z", in_layers, k_pos_head, reads_source, Family::value, cross, "cross_z",
     "mixed values", "values times the weights", "mixed values",
     "sum(j in source_keys: cross_pattern[h, t, j] * cross_v[j, kv, c])"},
    {cross_attn_out, "hook_cross_attn_out", in_layers, k_pos_model, reads_source, Family::value, cross,
     "cross_attn_out", "heads, added", "through W_O", "attention output",
     "sum(a in heads, i in d_head: cross_z[t, a, i] * W_cross_O[a, i, c]) + b_cross_O[c]"},
    {resid_mid_cross, "hook_resid_mid_cross", in_layers, k_pos_model, reads_source, Family::residual, none,
     "resid_mid_cross", "residual stream", "plus the source", "residual stream",
     "(resid_mid if pre_norm else ln1_out[c]) + cross_attn_out"},
    {ln2_scale, "ln2.hook_scale", in_layers, k_pos_one, norm2, Family::norm, none, "ln2_scale",
     "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (ln2_in[i] - (mean(j in d_model: ln2_in[j]) if layer_norm)) ^ 2) + eps)",
     "scale", ln2_normalized},
    {ln2_normalized, "ln2.hook_normalized", in_layers, k_pos_model, norm2, Family::norm, none,
     "ln2_normalized", "normalised", "all equally long", "normalised vector",
     "(ln2_in[c] - (mean(i in d_model: ln2_in[i]) if layer_norm)) / ln2_scale", "normalized"},
    {router_logits, "mlp.hook_router_logits", in_layers, k_pos_expert, has_experts, Family::experts, none,
     "router_logits", "router's logits", "how well each fits", "router",
     "sum(i in d_model: mlp_in[i] * W_router[i, c]) if on else -inf"},
    {expert_weights, "mlp.hook_expert_weights", in_layers, k_pos_expert, has_experts, Family::experts, none,
     "expert_weights", "expert weights", "shares of them", "expert weight",
     "1 / (1 + exp(0 - router_logits)) if sigmoid_router else exp(router_logits - max(e in experts: "
     "router_logits[t, e])) / sum(e in experts: exp(router_logits[t, e] - max(i in experts: router_logits[t, "
     "i])))",
     "weight"},
    {expert_indices, "mlp.hook_expert_indices", in_layers, k_pos_slot, has_experts, Family::experts, none,
     "expert_indices", "experts chosen", "of largest weight", "expert",
     "shared_expert if shared else rank(e in experts: expert_weights[t, e] + b_router[e])", "", no_partner,
     same_words, not_editable, "an index, not a quantity: edit the expert weights"},
    {expert_gates, "mlp.hook_expert_gates", in_layers, k_pos_slot, has_experts, Family::experts, none,
     "expert_gates", "experts' shares", "of those chosen", "expert's share",
     "1 if shared else (1 if forced else expert_weights[t, expert(c)] / (sum(s in chosen: expert_weights[t, "
     "expert(s)]) if renormalised)) if counted else 0",
     "gate"},
    {mlp_pre, "mlp.hook_pre", in_layers, k_pos_mlp, has_mlp, Family::mlp, none, "mlp_pre", "MLP, before",
     "into more numbers", "neuron's drive",
     "sum(i in d_model: mlp_in[i] * W_in[expert(h), i, c]) + b_in[expert(h), c]", "", no_partner, as_gate},
    {mlp_pre_linear, "mlp.hook_pre_linear", in_layers, k_pos_mlp, gated_mlp, Family::mlp, none,
     "mlp_pre_linear", "MLP, up", "times the gate", "gated MLP",
     "sum(i in d_model: mlp_in[i] * W_up[expert(h), i, c]) + b_up[expert(h), c]"},
    {mlp_post, "mlp.hook_post", in_layers, k_pos_mlp, has_mlp, Family::mlp, none, "mlp_post", "MLP, neurons",
     "after the activation", "neuron", "act(mlp_pre) * mlp_pre_linear"},
    {mlp_raw, "mlp.hook_out", in_layers, k_pos_model, mlp_output_norm, Family::mlp, none, "mlp_raw",
     "MLP output", "back to d_model", "MLP output", "mlp_sum[c]"},
    {ln2_post_scale, "ln2_post.hook_scale", in_layers, k_pos_one, mlp_output_norm, Family::norm, none,
     "ln2_post_scale", "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (mlp_raw[t, i] - (mean(j in d_model: mlp_raw[t, j]) if layer_norm)) ^ 2) + "
     "eps)",
     "scale", ln2_post_normalized},
    {ln2_post_normalized, "ln2_post.hook_normalized", in_layers, k_pos_model, mlp_output_norm, Family::norm,
     none, "ln2_post_normalized", "normalised", "all equally long", "normalised vector",
     "(mlp_raw - (mean(i in d_model: mlp_raw[t, i]) if layer_norm)) / ln2_post_scale", "normalized"},
    {mlp_out, "hook_mlp_out", in_layers, k_pos_model, has_mlp, Family::mlp, none, "mlp_out", "MLP output",
     "back to d_model", "MLP output",
     "ln2_post_normalized * (ln2_post_gain[c] + (gain_offset if gain_offset)) + ln2_post_bias[c] if "
     "output_norm else mlp_sum[c]",
     "", no_partner, mlp_normed},
    {resid_post, "hook_resid_post", in_layers, k_pos_model, every_model, Family::residual, none, "resid_post",
     "residual stream", "plus the MLP", "residual stream",
     "resid_pre + attn_out if attention_only else (resid_pre + attn_out if parallel else (ln_cross_out[c] if "
     "encoder_decoder else ln1_out[c]) if post_norm else resid_mid_cross or resid_mid) + mlp_out",
     "", no_partner, without_mlp},
    {normalized_resid_post, "hook_normalized_resid_post", in_layers, k_pos_model, post_norm, Family::residual,
     none, "normalized_resid_post", "normalised stream", "what leaves the layer", "normalised vector",
     "ln1_out[c] if attention_only else ln2_out[c]"},
    {ln_final_scale, "ln_final.hook_scale", once, k_pos_one, final_norm, Family::norm, none, "ln_final_scale",
     "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (resid_post[t, i] - (mean(j in d_model: resid_post[t, j]) if layer_norm)) ^ 2) "
     "+ eps)",
     "scale", ln_final_normalized},
    {ln_final_normalized, "ln_final.hook_normalized", once, k_pos_model, final_norm, Family::norm, none,
     "ln_final_normalized", "normalised", "before W_U", "normalised vector",
     "(resid_post - (mean(i in d_model: resid_post[t, i]) if layer_norm)) / ln_final_scale", "normalized"},
    {mlm_pre, "mlm_head.hook_pre", once, k_pos_model, masked_tokens, Family::mlp, none, "mlm_pre",
     "head, before", "through a dense layer", "masked-token head",
     "sum(i in d_model: final_in[i] * W_mlm[i, c]) + b_mlm[c]"},
    {mlm_post, "mlm_head.hook_post", once, k_pos_model, masked_tokens, Family::mlp, none, "mlm_post",
     "head, after", "the activation", "masked-token head", "act(mlm_pre)"},
    {mlm_ln_scale, "mlm_head.ln.hook_scale", once, k_pos_one, masked_tokens, Family::norm, none,
     "mlm_ln_scale", "norm's divisor", "length of each vector", "norm's divisor",
     "sqrt(mean(i in d_model: (mlm_post[t, i] - (mean(j in d_model: mlm_post[t, j]) if layer_norm)) ^ 2) + "
     "eps)",
     "scale", mlm_ln_normalized},
    {mlm_ln_normalized, "mlm_head.ln.hook_normalized", once, k_pos_model, masked_tokens, Family::norm, none,
     "mlm_ln_normalized", "normalised", "before W_U", "normalised vector",
     "(mlm_post - (mean(i in d_model: mlm_post[t, i]) if layer_norm)) / mlm_ln_scale", "normalized"},
    {logits, "logits", once, k_pos_vocab, has_logits, Family::output, none, "logits", "logits",
     "one for each token", "logit",
     "logit_cap * tanh(raw_logit[c] / logit_cap) if logits_capped else raw_logit[c]"},
    {pooled, "hook_pooled", once, k_segment_model, pools, Family::residual, none, "pooled", "pooled",
     "one vector for the text", "pooled vector", "mean(r in pooled_rows: final_in[c, r])"},
    {class_logits, "class_logits", once, k_segment_class, classifies, Family::output, none, "class_logits",
     "class logits", "one for each class", "class logit",
     "sum(i in d_model: pooled[t, i] * W_class[i, c]) + b_class[c]"},
}};

constexpr bool rows_in_order() {
    for (std::size_t i = 0; i < k_site_rows.size(); ++i)
        if (static_cast<std::size_t>(k_site_rows[i].site) != i) return false;
    return true;
}
static_assert(rows_in_order(), "one row per Site, in its order");

/// The first row of the layers, and the first one behind them.
constexpr std::size_t k_layers_begin = [] {
    std::size_t i = 0;
    while (!k_site_rows[i].per_layer) ++i;
    return i;
}();
constexpr std::size_t k_layers_end = [] {
    std::size_t i = k_layers_begin;
    while (k_site_rows[i].per_layer) ++i;
    return i;
}();
static_assert(std::none_of(k_site_rows.begin() + k_layers_end, k_site_rows.end(),
                           [](const SiteRow& row) { return row.per_layer; }),
              "the rows of the layers stand together");

} // namespace
} // namespace gf::site_table

namespace gf {

const SiteRow& site_row(Site site) { return site_table::k_site_rows[static_cast<std::size_t>(site)]; }

std::span<const SiteRow> site_rows() { return site_table::k_site_rows; }

std::span<const SiteRow> site_rows(SitePlace place) {
    const std::span<const SiteRow> all = site_table::k_site_rows;
    switch (place) {
    case SitePlace::before_layers: return all.first(site_table::k_layers_begin);
    case SitePlace::in_layers:
        return all.subspan(site_table::k_layers_begin, site_table::k_layers_end - site_table::k_layers_begin);
    case SitePlace::after_layers: break;
    }
    return all.subspan(site_table::k_layers_end);
}

std::span<const FormulaPart> formula_parts() { return site_table::k_formula_parts; }

} // namespace gf
