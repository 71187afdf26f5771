#include "app/panels/flow/flow_columns.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_gap = 8, k_well_padding = 12;
constexpr float k_wide = 40, k_vector = 34, k_mlp = 48, k_gather = 52, k_next = 72, k_classes = 132,
                k_pooled = 48;
constexpr float k_folded = 15, k_folded_gap = 9;
constexpr float k_min_folded = 5;       ///< a folded layer and its gap take at least this
constexpr float k_closing = 240;        ///< width of a layer that begins to fold
constexpr float k_full_size_room = 820; ///< with less room all columns shrink
/// The scores are left out where they would get less than this, or than the second value where the weights
/// over the source stand beside them.
constexpr float k_min_matrix = 104, k_min_matrix_beside_source = 88;

constexpr float k_min_shrink = 0.6f;
constexpr float k_weights_share = 0.6f; ///< the weights' share of what scores and weights get together

/// The hue of a strip: that of the site's family.
ColourRole role_of_strip(Site site) { return role_of(site_row(site).family).value_or(ColourRole::residual); }

} // namespace

const FlowColumn* FlowLayout::find(Site site) const {
    for (const FlowColumn& c : columns)
        if (c.site == site && (c.kind == FlowColumnKind::strip || c.kind == FlowColumnKind::matrix))
            return &c;
    return nullptr;
}

void FlowColumns::add(FlowLayout& layout, const FlowColumn& column, Size size) {
    layout.columns.push_back(column);
    sizes_.push_back({size.width * shrink_, size.gap * shrink_, size.flex});
}

/// Adds the layer in focus in the order of its formula: softmax(Q K^T) V.
void FlowColumns::add_unfolded(const Trace& trace, FlowLayout& layout) {
    using enum Site;
    using enum ColourRole;
    const ModelConfig& c = trace.config();
    const int l = layout.layer;
    const auto strip = [&](Site site, const char* header, float width,
                           FlowHeadAxis head = FlowHeadAxis::none) {
        if (trace.kept(site, l))
            add(layout, {FlowColumnKind::strip, site, l, header, role_of_strip(site), head},
                {px(width), px(k_gap), 0});
    };
    // A matrix has no hue of its own, so its header takes that of what it is made from or reads.
    const auto matrix = [&](Site site, const char* header, ColourRole role, float share) {
        if (trace.kept(site, l))
            add(layout, {FlowColumnKind::matrix, site, l, header, role, FlowHeadAxis::query},
                {0, px(k_gap), share});
    };
    const bool rope = trace.has(rot_q);
    strip(rope ? rot_q : q, "Q", k_vector, FlowHeadAxis::query);
    strip(rope ? rot_k : k, "K", k_vector, FlowHeadAxis::key_value);
    matrix(attn_scores, "scores", query, 1 - k_weights_share);
    matrix(pattern, "weights", residual, k_weights_share);
    strip(v, "V", k_vector, FlowHeadAxis::key_value);
    if (trace.kept(z, l)) {
        add(layout, {FlowColumnKind::gather, pattern, l, "", value, FlowHeadAxis::query},
            {px(k_gather), 0, 0});
        strip(z, "z", k_vector, FlowHeadAxis::query);
        sizes_.back().gap = 0;
    }
    strip(attn_out, "out", k_wide);
    if (c.mlp != MlpKind::none) strip(resid_mid, "+", k_wide);
    if (trace.source()) { // softmax(Q K^T) V once more, with the source's keys and values
        strip(cross_q, "Q", k_vector, FlowHeadAxis::query);
        matrix(cross_pattern, "source", key, k_weights_share);
        strip(cross_z, "z", k_vector, FlowHeadAxis::query);
        strip(cross_attn_out, "out", k_wide);
        strip(resid_mid_cross, "+", k_wide);
    }
    if (c.mlp != MlpKind::none) {
        if (c.is_moe()) strip(expert_weights, "experts", k_mlp);
        strip(mlp_post, "MLP", k_mlp);
        strip(mlp_out, "out", k_wide);
    }
    strip(c.norm_place == NormPlace::post ? normalized_resid_post : resid_post, "+", k_wide);
}

/// Adds what the model is for.
void FlowColumns::add_output(const Trace& trace, FlowLayout& layout) {
    const ModelConfig& c = trace.config();
    const float gap = px(k_gap);
    if (c.has_logits())
        add(layout,
            {FlowColumnKind::next, Site::logits, -1, c.fills_in() ? "fills in" : "next",
             ColourRole::residual},
            {px(k_next), gap, 0});
    else if (c.head == OutputHead::classes)
        add(layout, {FlowColumnKind::classes, Site::class_logits, -1, "classes", ColourRole::residual},
            {px(k_classes), 2 * gap, 0});
    else if (c.head == OutputHead::embedding)
        add(layout, {FlowColumnKind::pooled, Site::pooled, -1, "pooled", ColourRole::residual},
            {px(k_pooled), 2 * gap, 0});
    else if (trace.kept(Site::ln_final_normalized))
        add(layout, {FlowColumnKind::strip, Site::ln_final_normalized, -1, "out", ColourRole::residual},
            {px(k_wide), gap, 0});
}

/// Adds all layers, of which one is unfolded. `room`: pixels for the whole picture.
void FlowColumns::add_layers(const Trace& trace, float room, FlowLayout& layout) {
    const int n_layers = trace.config().n_layers;
    // The folded layers get a fifth of the room at most.
    const float whole = px(k_folded + k_folded_gap);
    const float per_layer = std::clamp(room * 0.2f / static_cast<float>(n_layers), px(k_min_folded), whole);
    const float folded = per_layer * px(k_folded) / whole, folded_gap = per_layer - folded;
    layout.opened = 1;
    for (int l = 0; l < n_layers; ++l) {
        const float openness =
            openness_[static_cast<std::size_t>(l)].move_to(l == layout.layer ? 1.0f : 0.0f);
        if (l == layout.layer) {
            unfolded_begin_ = layout.columns.size();
            add_unfolded(trace, layout);
            unfolded_end_ = layout.columns.size();
            layout.opened = openness;
            continue;
        }
        const char* number = layer_numbers_[static_cast<std::size_t>(l)].c_str();
        add(layout, {FlowColumnKind::folded, Site::resid_post, l, number, ColourRole::residual},
            {folded + openness * px(k_closing),
             l == layout.layer + 1 ? px(k_well_padding) + px(k_gap) : folded_gap, 0});
    }
}

void FlowColumns::lay_out(const Trace& trace, float x0, float x1, FlowLayout& layout) {
    const ModelConfig& c = trace.config();
    const auto n_layers = static_cast<std::size_t>(c.n_layers);
    if (openness_.size() != n_layers) {
        openness_.assign(n_layers, {});
        layer_numbers_.clear();
        for (std::size_t l = 0; l < n_layers; ++l) layer_numbers_.push_back(std::to_string(l));
    }
    layout.columns.clear();
    layout.left_out = 0;
    sizes_.clear();
    unfolded_begin_ = unfolded_end_ = 0;
    shrink_ = std::clamp((x1 - x0) / px(k_full_size_room), k_min_shrink, 1.0f);

    add(layout, {FlowColumnKind::strip, Site::embed, -1, "embed", role_of_strip(Site::embed)},
        {px(k_wide), 0, 0});
    if (trace.kept(Site::pos_embed))
        add(layout, {FlowColumnKind::strip, Site::pos_embed, -1, "pos", role_of_strip(Site::pos_embed)},
            {px(k_wide), px(k_gap), 0});
    add_layers(trace, x1 - x0, layout);
    const std::size_t n_before_output = layout.columns.size();
    add_output(trace, layout);

    // The well around the unfolded layer needs room at both sides.
    const float well_gap = px(k_well_padding) + px(k_gap);
    if (unfolded_begin_ > 0 && unfolded_begin_ < unfolded_end_) sizes_[unfolded_begin_].gap = well_gap;
    if (layout.layer + 1 == c.n_layers && layout.columns.size() > n_before_output)
        sizes_.back().gap = well_gap;
    for (std::size_t i = unfolded_begin_; i < unfolded_end_; ++i) {
        sizes_[i].width *= layout.opened;
        sizes_[i].gap *= layout.opened;
    }
    fit_into(x1 - x0, trace, layout);
    place(x0, x1, layout);
}

/// Pixels of the room that columns of a fixed width leave to the matrices.
float FlowColumns::left_over(float room) const {
    float fixed = 0;
    for (const Size& s : sizes_) fixed += s.width + s.gap;
    return std::max(room - fixed, 0.0f);
}

/// Removes the strip or matrix of a site from the unfolded layer.
void FlowColumns::leave_out(Site site, FlowLayout& layout) {
    for (std::size_t i = unfolded_begin_; i < unfolded_end_; ++i) {
        const FlowColumn& column = layout.columns[i];
        if (column.site != site || column.kind == FlowColumnKind::gather) continue;
        layout.columns.erase(layout.columns.begin() + static_cast<std::ptrdiff_t>(i));
        sizes_.erase(sizes_.begin() + static_cast<std::ptrdiff_t>(i));
        --unfolded_end_;
        ++layout.left_out;
    }
}

/// Where the matrices would get too little room, columns that say less than they give way to them.
void FlowColumns::fit_into(float room, const Trace& trace, FlowLayout& layout) {
    const bool has_source = trace.source() != nullptr;
    const float least = px(has_source ? k_min_matrix_beside_source : k_min_matrix) * layout.opened;
    const float source_weights = has_source ? least : 0;
    const float with_scores = least / (1 - k_weights_share) + source_weights;
    const float without_scores = least + source_weights;
    if (left_over(room) < with_scores) leave_out(Site::mlp_out, layout);
    if (left_over(room) < with_scores) leave_out(Site::attn_scores, layout);
    for (const Site site : {Site::resid_mid, Site::cross_attn_out, Site::resid_mid_cross, Site::attn_out,
                            Site::cross_q, Site::mlp_post, Site::cross_z, Site::expert_weights})
        if (left_over(room) < without_scores) leave_out(site, layout);
}

/// Says where each column and the well is on screen.
void FlowColumns::place(float x0, float x1, FlowLayout& layout) const {
    const float room = left_over(x1 - x0);
    float flex = 0;
    for (const Size& s : sizes_) flex += s.flex;
    float x = x0;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        FlowColumn& column = layout.columns[i];
        column.x0 = std::round(x + sizes_[i].gap);
        x += sizes_[i].gap + sizes_[i].width + (flex > 0 ? room * sizes_[i].flex / flex : 0);
        column.x1 = std::round(x);
    }
    const float padding = px(k_well_padding) * shrink_;
    const bool has_unfolded = unfolded_begin_ < unfolded_end_;
    layout.well_x0 = has_unfolded ? layout.columns[unfolded_begin_].x0 - padding : 0;
    layout.well_x1 = has_unfolded ? layout.columns[unfolded_end_ - 1].x1 + padding : 0;
}

} // namespace gf::ui
