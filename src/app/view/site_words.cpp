#include "app/view/site_words.h"

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

} // namespace

SiteWords site_words(const ModelConfig& c, Site site) {
    if (site == resid_post && c.mlp == MlpKind::none) return {"residual stream", "plus attention"};
    if (site == mlp_pre && c.mlp == MlpKind::gated) return {"MLP, gate", "before the activation"};
    return k_rows[static_cast<std::size_t>(site)].words;
}

} // namespace gf::ui
