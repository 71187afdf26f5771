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
constexpr float k_folded = 15, k_folded_gap = 9, k_folded_least = 5;
constexpr float k_roomy = 820; ///< from here on nothing is narrower than it should be
constexpr float k_most_shrunk = 0.6f;
constexpr float k_closing = 240;            ///< what a layer takes while it folds
constexpr float k_matrix_least = 104;       ///< the scores are shown where they get as much
constexpr float k_matrix_least_of_two = 88; ///< where the weights over the source stand beside them
constexpr float k_weights_share = 0.6f;

} // namespace

const FlowColumn* FlowLayout::find(Site site) const {
    for (const FlowColumn& c : columns)
        if (c.site == site && (c.kind == FlowKind::strip || c.kind == FlowKind::matrix)) return &c;
    return nullptr;
}

void FlowColumns::add(FlowLayout& layout, const FlowColumn& column, Size size) {
    layout.columns.push_back(column);
    sizes_.push_back({size.width * shrink_, size.gap * shrink_, size.flex});
}

/// The layer in focus, as the formula reads: softmax(Q K^T) V.
void FlowColumns::add_unfolded(const Trace& trace, FlowLayout& layout) {
    using enum Site;
    using enum ColourRole;
    const ModelConfig& c = trace.config();
    const int l = layout.layer;
    const auto strip = [&](Site site, const char* header, ColourRole role, float width,
                           FlowHead head = FlowHead::none) {
        if (trace.kept(site, l))
            add(layout, {FlowKind::strip, site, l, header, role, head}, {px(width), px(k_gap), 0});
    };
    const auto matrix = [&](Site site, const char* header, ColourRole role, float share) {
        if (trace.kept(site, l))
            add(layout, {FlowKind::matrix, site, l, header, role, FlowHead::query}, {0, px(k_gap), share});
    };
    const bool rope = trace.has(rot_q);
    strip(rope ? rot_q : q, "Q", query, k_vector, FlowHead::query);
    strip(rope ? rot_k : k, "K", key, k_vector, FlowHead::key_value);
    matrix(attn_scores, "scores", query, 1 - k_weights_share);
    matrix(pattern, "weights", residual, k_weights_share);
    strip(v, "V", value, k_vector, FlowHead::key_value);
    if (trace.kept(z, l)) {
        add(layout, {FlowKind::gather, pattern, l, "", value, FlowHead::query}, {px(k_gather), 0, 0});
        strip(z, "z", value, k_vector, FlowHead::query);
        sizes_.back().gap = 0;
    }
    strip(attn_out, "out", value, k_wide);
    if (c.mlp != MlpKind::none) strip(resid_mid, "+", residual, k_wide);
    if (trace.source()) { // softmax(Q K^T) V once more, with the source's keys and values
        strip(cross_q, "Q", query, k_vector, FlowHead::query);
        matrix(cross_pattern, "source", key, k_weights_share);
        strip(cross_z, "z", value, k_vector, FlowHead::query);
        strip(cross_attn_out, "out", value, k_wide);
        strip(resid_mid_cross, "+", residual, k_wide);
    }
    if (c.mlp != MlpKind::none) {
        if (c.is_moe()) strip(expert_weights, "experts", mlp, k_mlp);
        strip(mlp_post, "MLP", mlp, k_mlp);
        strip(mlp_out, "out", mlp, k_wide);
    }
    strip(c.norm_place == NormPlace::post ? normalized_resid_post : resid_post, "+", residual, k_wide);
}

/// What the model is for.
void FlowColumns::add_end(const Trace& trace, FlowLayout& layout) {
    const ModelConfig& c = trace.config();
    const float gap = px(k_gap);
    if (c.has_logits())
        add(layout,
            {FlowKind::next, Site::logits, -1, c.fills_in() ? "fills in" : "next", ColourRole::residual},
            {px(k_next), gap, 0});
    else if (c.head == OutputHead::classes)
        add(layout, {FlowKind::classes, Site::class_logits, -1, "classes", ColourRole::residual},
            {px(k_classes), 2 * gap, 0});
    else if (c.head == OutputHead::embedding)
        add(layout, {FlowKind::pooled, Site::pooled, -1, "pooled", ColourRole::residual},
            {px(k_pooled), 2 * gap, 0});
    else if (trace.kept(Site::ln_final_normalized))
        add(layout, {FlowKind::strip, Site::ln_final_normalized, -1, "out", ColourRole::residual},
            {px(k_wide), gap, 0});
}

void FlowColumns::lay_out(const Trace& trace, float x0, float x1, FlowLayout& layout) {
    const ModelConfig& c = trace.config();
    const auto n_layers = static_cast<std::size_t>(c.n_layers);
    if (open_.size() != n_layers) {
        open_.assign(n_layers, {});
        numbers_.clear();
        for (std::size_t l = 0; l < n_layers; ++l) numbers_.push_back(std::to_string(l));
    }
    layout.columns.clear();
    layout.left_out = 0;
    sizes_.clear();
    shrink_ = std::clamp((x1 - x0) / px(k_roomy), k_most_shrunk, 1.0f);
    // The folded layers get a fifth of the room at most.
    const float whole = px(k_folded + k_folded_gap);
    const float per_layer =
        std::clamp((x1 - x0) * 0.2f / static_cast<float>(n_layers), px(k_folded_least), whole);
    const float folded = per_layer * px(k_folded) / whole, folded_gap = per_layer - folded;

    add(layout, {FlowKind::strip, Site::embed, -1, "embed", ColourRole::token}, {px(k_wide), 0, 0});
    if (trace.kept(Site::pos_embed))
        add(layout, {FlowKind::strip, Site::pos_embed, -1, "pos", ColourRole::position},
            {px(k_wide), px(k_gap), 0});
    std::size_t begin = 0, end = 0; // of the unfolded layer's columns
    float opened = 1;
    for (int l = 0; l < c.n_layers; ++l) {
        const float open = open_[static_cast<std::size_t>(l)].to(l == layout.layer ? 1.0f : 0.0f);
        if (l == layout.layer) {
            begin = layout.columns.size();
            add_unfolded(trace, layout);
            end = layout.columns.size();
            opened = open;
            continue;
        }
        const char* number = numbers_[static_cast<std::size_t>(l)].c_str();
        add(layout, {FlowKind::folded, Site::resid_post, l, number, ColourRole::residual},
            {folded + open * px(k_closing),
             l == layout.layer + 1 ? px(k_well_padding) + px(k_gap) : folded_gap, 0});
    }
    const std::size_t n_inside = layout.columns.size();
    add_end(trace, layout);
    if (begin > 0 && begin < end) sizes_[begin].gap = px(k_well_padding) + px(k_gap);
    if (layout.layer + 1 == c.n_layers && layout.columns.size() > n_inside)
        sizes_.back().gap = px(k_well_padding) + px(k_gap);
    for (std::size_t i = begin; i < end; ++i) sizes_[i].width *= opened, sizes_[i].gap *= opened;

    // The matrices get what is left; what says least gives way to them.
    const auto left_over = [&] {
        float fixed = 0;
        for (const Size& s : sizes_) fixed += s.width + s.gap;
        return std::max(x1 - x0 - fixed, 0.0f);
    };
    const auto leave_out = [&](Site site) {
        for (std::size_t i = begin; i < end; ++i) {
            if (layout.columns[i].site != site || layout.columns[i].kind == FlowKind::gather) continue;
            layout.columns.erase(layout.columns.begin() + static_cast<std::ptrdiff_t>(i));
            sizes_.erase(sizes_.begin() + static_cast<std::ptrdiff_t>(i));
            --end;
            ++layout.left_out;
        }
    };
    const float least = px(trace.source() ? k_matrix_least_of_two : k_matrix_least) * opened,
                cross = trace.source() ? least : 0;
    const float both = least / (1 - k_weights_share) + cross, one = least + cross;
    if (left_over() < both) leave_out(Site::mlp_out);
    if (left_over() < both) leave_out(Site::attn_scores);
    for (const Site site : {Site::resid_mid, Site::cross_attn_out, Site::resid_mid_cross, Site::attn_out,
                            Site::cross_q, Site::mlp_post, Site::cross_z, Site::expert_weights})
        if (left_over() < one) leave_out(site);
    const float room = left_over();
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
    layout.well_x0 = begin < end ? layout.columns[begin].x0 - padding : 0;
    layout.well_x1 = begin < end ? layout.columns[end - 1].x1 + padding : 0;
    layout.opened = opened;
}

} // namespace gf::ui
