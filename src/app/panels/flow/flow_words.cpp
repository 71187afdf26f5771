#include "app/panels/flow/flow_words.h"

#include "app/view/param_counts.h"
#include "app/view/token_labels.h"

#include <cmath>
#include <iterator>
#include <string>
#include <vector>

namespace gf::ui {
namespace {

/// The parameters that make a site out of its inputs; empty if there are none or they are not shown.
std::vector<Role> roles_of(Site site) {
    using enum Role;
    switch (site) {
    case Site::embed: return {embed};
    case Site::pos_embed: return {pos_embed};
    case Site::q:
    case Site::norm_q:
    case Site::rot_q: return {q, q_bias, qkv, qkv_bias};
    case Site::k:
    case Site::norm_k:
    case Site::rot_k: return {k, k_bias, qkv, qkv_bias};
    case Site::v: return {v, v_bias, qkv, qkv_bias};
    case Site::attn_out: return {attn_out, attn_out_bias};
    case Site::cross_q: return {cross_q, cross_q_bias};
    case Site::cross_attn_out: return {cross_attn_out, cross_attn_out_bias};
    case Site::class_logits: return {classifier, classifier_bias};
    case Site::expert_weights: return {router};
    case Site::mlp_post: return {mlp_in, mlp_in_bias, mlp_up, mlp_up_bias, mlp_in_up};
    case Site::mlp_out: return {mlp_out, mlp_out_bias};
    case Site::logits: return {unembed};
    default: return {};
    }
}

std::string shape_of(const ParamRow& row) {
    return row.shape.size() > 1 ? fmt::format("{} x {}", row.shape[0], row.shape[1])
                                : fmt::format("{}", row.shape[0]);
}

/// Writes which values a run above the trace budget keeps; nothing for a run that keeps all.
void write_what_is_kept(const View& v, int layer, fmt::memory_buffer& out) {
    auto to = std::back_inserter(out);
    if (!v.trace().kept(Site::pattern, layer))
        fmt::format_to(to, "; at this length the residual stream, keys and values are kept{}",
                       v.run.layer.rows >= 0 ? ", the layer in view is being computed" : " only");
    else if (v.run.layer.index >= 0)
        fmt::format_to(to, "; this layer was computed again to be seen");
}

/// How many values share one pixel in the widest strip that has more values than pixels; 1 if none has.
int max_values_per_pixel(const ModelConfig& config, const FlowLayout& layout) {
    int widest = 0, per_pixel = 1;
    for (const FlowColumn& c : layout.columns) {
        const float pixels = c.x1 - c.x0;
        if (c.kind != FlowColumnKind::strip || pixels < 1) continue;
        const int n_heads = c.head == FlowHeadAxis::none ? 1 : site_heads(config, c.site);
        const int n = site_width(config, c.site, 1) / n_heads;
        if (static_cast<float>(n) <= pixels || n <= widest) continue;
        widest = n;
        per_pixel = static_cast<int>(std::ceil(static_cast<float>(n) / pixels));
    }
    return per_pixel;
}

} // namespace

void write_flow_subtitle(const View& v, const FlowLayout& layout, fmt::memory_buffer& out) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, "from the text so far to the next token, one row per token");
    // The line has no room for all of it, so that with a source, what is missed most comes first.
    if (v.has_other_stack()) write_what_is_kept(v, layout.layer, out);
    if (v.reader)
        fmt::format_to(to, "; the encoder, its tokens are the source; the decoder is the block at the right");
    else if (v.source)
        fmt::format_to(to,
                       "; the encoder is the block at the left, \"source\" is how much of it the head reads");
    fmt::format_to(to, "; colour = what, opacity = how much");
    if (v.has_other_stack() && layout.left_out > 0)
        fmt::format_to(to, "; a wider panel shows {} more columns of the layer", layout.left_out);
    if (!v.has_other_stack()) write_what_is_kept(v, layout.layer, out);
    if (const int n = max_values_per_pixel(v.config(), layout); n > 1)
        fmt::format_to(to, "; wide vectors show the largest of up to {} values a pixel", n);
}

void write_site_tooltip(const View& v, const FlowColumn& c, fmt::memory_buffer& out) {
    auto to = std::back_inserter(out);
    const SiteRow& row = site_row(c.site);
    const ModelConfig& config = v.config();
    const int heads = site_heads(config, c.site);
    fmt::format_to(to, "{}\n", site_name(c.site, c.layer));
    if (c.kind == FlowColumnKind::matrix)
        fmt::format_to(to, "{} heads x {} queries x {} {}", heads, v.cursor,
                       has_source_keys(c.site) ? v.source->rows : v.cursor,
                       has_source_keys(c.site) ? "tokens of the source" : "keys");
    else if (row_axis(c.site) == Axis::segment)
        fmt::format_to(to, "{}", v.trace().width(c.site));
    else if (heads > 1)
        fmt::format_to(to, "{} tokens x {} {} x {}", v.cursor, heads,
                       c.head == FlowHeadAxis::none ? "slots" : "heads",
                       site_width(config, c.site, 1) / heads);
    else
        fmt::format_to(to, "{} tokens x {}", v.cursor, site_width(config, c.site, 1));
    if (!row.formula.empty()) fmt::format_to(to, "\n= {}", row.formula);
    std::size_t n = 0;
    for (const Role role : roles_of(c.site))
        for (const ParamRow& p : v.weights().table)
            if (p.role == role && p.layer == config.layer_group(c.layer) &&
                p.serves(v.trace().shape().stack)) {
                if (n == 0 || p.shape.size() > 1) fmt::format_to(to, "\n{}: {}", p.name, shape_of(p));
                n += p.size();
            }
    if (n > 0) fmt::format_to(to, "\n{} parameters", n);
    fmt::format_to(to, "\nclick: inspect");
}

void write_layer_tooltip(const View& v, const StreamMeasures& measures, int layer, int row,
                         fmt::memory_buffer& out) {
    auto to = std::back_inserter(out);
    fmt::format_to(to, "layer {}, {} parameters", layer,
                   n_layer_params(v.weights(), v.trace().shape().stack, layer));
    if (row >= 0 && row < measures.rows()) {
        const WriteShare& share = measures.share(layer, row);
        fmt::format_to(to, "\nat {}: attention writes {:.0f} % of the stream's length",
                       token_labels().label(v.run.token(row)), 100 * share.attention);
        if (v.trace().source()) fmt::format_to(to, ", attention to the source {:.0f} %", 100 * share.cross);
        if (v.config().mlp != MlpKind::none) fmt::format_to(to, ", the MLP {:.0f} %", 100 * share.mlp);
    }
    fmt::format_to(to, "\nclick: unfold");
}

} // namespace gf::ui
