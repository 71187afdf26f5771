#pragma once
// The sites: the places in the computation where values can be seen and edited. Names and meanings are those
// of TransformerLens. Everything that shows, edits, saves or explains activations goes by this table.

#include "core/model_config.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gf {

/// In the order of the computation.
enum class Site {
    embed,
    pos_embed,
    embed_ln_scale,
    embed_ln_normalized,
    encoder_out,
    resid_pre,
    ln1_scale,
    ln1_normalized,
    q,
    k,
    v,
    q_norm_scale,
    norm_q,
    k_norm_scale,
    norm_k,
    rot_q,
    rot_k,
    attn_scores,
    pattern,
    z,
    attn_raw,
    ln1_post_scale,
    ln1_post_normalized,
    attn_out,
    resid_mid,
    ln_cross_scale,
    ln_cross_normalized,
    cross_q,
    cross_k,
    cross_v,
    cross_attn_scores,
    cross_pattern,
    cross_z,
    cross_attn_out,
    resid_mid_cross,
    ln2_scale,
    ln2_normalized,
    router_logits,
    expert_weights,
    expert_indices,
    expert_gates,
    mlp_pre,
    mlp_pre_linear,
    mlp_post,
    mlp_raw,
    ln2_post_scale,
    ln2_post_normalized,
    mlp_out,
    resid_post,
    normalized_resid_post,
    ln_final_scale,
    ln_final_normalized,
    mlm_pre,
    mlm_post,
    mlm_ln_scale,
    mlm_ln_normalized,
    logits,
    pooled,
    class_logits,
};
inline constexpr int k_n_sites = static_cast<int>(Site::class_logits) + 1;

/// What an axis counts. Its length follows from the config and the run.
enum class Axis {
    pos,
    head,
    kv_head,
    query,
    key,
    d_head,
    d_model,
    d_mlp,
    d_vocab,
    expert,
    slot,
    segment,
    source,
    n_classes,
    one
};

/// The part of the computation that a site belongs to. Everything of one family has the same hue.
enum class SiteFamily {
    token,
    position,
    residual, ///< the residual stream, and what is read from it as it is
    norm,
    query,
    key,
    value,     ///< from the values to what the heads add to the residual stream
    attention, ///< scores and patterns
    experts,   ///< the router and its choices
    mlp,
    output, ///< logits
};

/// The attention to the tokens of the own text, or in a decoder the one to the source.
enum class Attention { self, cross };

/// What a learner reads.
struct SiteWords {
    std::string_view name; ///< "attention"
    std::string_view what; ///< a few words: "softmax over keys"
};

/// Whether a model is such that something holds.
using ModelCondition = bool (*)(const ModelConfig&);

/// Words for the models in which a site does something else. Null: none.
struct OtherWords {
    ModelCondition when = nullptr;
    SiteWords words{};
};

/// What is known of a site, the same for all models.
struct SiteRow {
    Site site;
    std::string_view hook; ///< public name, in a block without its prefix "blocks.L.": "attn.hook_pattern"
    bool per_layer;
    std::span<const Axis> axes; ///< as in files and on screen: scores are [head, query, key]
    ModelCondition in_model;    ///< which models have the site
    SiteFamily family;
    std::optional<Attention> attention; ///< the one that the site is computed in
    std::string_view symbol;            ///< in the language of formulas: "attn_scores"
    std::string_view words, what;       ///< see SiteWords; call site_words() to read them
    std::string_view term;              ///< its entry in the glossary (core/words/term.h): "attention weight"
    /// How a cell is computed, in the language of core/formula/formula.h. The program evaluates, inverts and
    /// shows it.
    std::string_view formula;
    /// The symbol where the name of the cell that is explained already says which one it is: "score"; empty:
    /// the same.
    std::string_view short_symbol = {};
    std::optional<Site> normalized = {}; ///< set for the scale of a norm: what is divided by it
    OtherWords other_words = {};
    bool editable = true;
    std::string_view not_editable_because = {};
};

const SiteRow& site_row(Site site);

/// The rows of all sites, in the order of the computation.
std::span<const SiteRow> site_rows();

/// Where a site stands in the computation: outside the layers, or in each of them.
enum class SitePlace { before_layers, in_layers, after_layers };
/// The rows of the sites there.
std::span<const SiteRow> site_rows(SitePlace place);

/// The words for a site in models of this config: the same site does different things in different models.
SiteWords site_words(const ModelConfig& config, Site site);

/// What the rows of a site count: tokens (Axis::pos), segments, or tokens of the source.
Axis row_axis(Site site);

/// Whether cells are [head, query, key]: scores and patterns.
bool has_key_axis(Site site);

/// Whether the keys are tokens of the source: scores and patterns of cross-attention.
bool has_source_keys(Site site);

/// The queries and the keys that scores are products of: as they are, normalised, or turned by RoPE.
Site query_site(const ModelConfig& config);
Site key_site(const ModelConfig& config);

/// The site of the model's output: logits, class logits, the pooled vectors, or the stream after the last
/// norm.
Site output_site(const ModelConfig& config);

/// A part that several formulas share: `name[i]` in a formula stands for `text`.
struct FormulaPart {
    std::string_view name, text;
};
std::span<const FormulaPart> formula_parts();

/// Whether a model of this shape has the site (RoPE's rotated keys, router logits, ...).
bool has_site(const ModelConfig& config, Site site);

/// Values in one row of the site. A row of scores or patterns has n_heads * n_keys; `n_keys` is the length of
/// the site's own key axis.
int site_width(const ModelConfig& config, Site site, int n_keys);

/// Length of the head, key-value head or expert-slot axis; 1 for sites without one. A row has that many parts
/// of equal length.
int site_heads(const ModelConfig& config, Site site);

/// The public name: "blocks.2.attn.hook_pattern", "hook_embed", "logits".
std::string site_name(Site site, int layer);

/// A site of a certain layer (-1 outside the blocks).
struct SiteRef {
    Site site;
    int layer;
    bool operator==(const SiteRef&) const = default;
};

/// All sites of a model of this shape, in the order of the computation.
std::vector<SiteRef> all_sites(const ModelConfig& config);

/// The site with this public name.
/// @throws Error with the nearest valid names if there is none
SiteRef find_site(const ModelConfig& config, std::string_view name);

/// The sites whose public names match a glob (`*`, `?`).
/// @throws Error with the nearest valid names if there are none
std::vector<SiteRef> match_sites(const ModelConfig& config, std::string_view glob);

} // namespace gf
