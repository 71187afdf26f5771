#include "app/panels/flow/flow_columns.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_gap = 8, k_well_padding = 12;
constexpr float k_wide = 40, k_vector = 34, k_mlp = 44, k_ribbons = 44, k_next = 84, k_classes = 132,
                k_pooled = 48;
constexpr float k_folded = 15, k_folded_gap = 9;
constexpr float k_min_folded = 5;       ///< a folded layer and its gap take at least this
constexpr float k_closing = 240;        ///< width of a layer that begins to fold
constexpr float k_full_size_room = 820; ///< with less room all columns shrink, with more they grow
/// What the matrix gets at least, and where the weights over the source stand beside it.
constexpr float k_min_matrix = 104, k_min_matrix_beside_source = 88;
constexpr float k_numbered_cell = 26; ///< cells this wide have room for a number

constexpr float k_min_stretch = 0.6f, k_max_stretch = 1.35f;
// Shares of the room: what a matrix with numbers gets at most, what one without gets if nothing of importance
// has to give way. A little less than that is enough.
constexpr float k_max_numbered_share = 0.42f, k_plain_share = 0.28f, k_almost = 0.9f;

/// The hue of a strip: that of the site's family.
ColourRole role_of_strip(Site site) { return role_of(site_row(site).family).value_or(ColourRole::residual); }

} // namespace

const FlowColumn* FlowLayout::find(Site site) const {
    for (const FlowColumn& c : columns)
        if (c.site == site && c.has_map()) return &c;
    return nullptr;
}

float FlowLayout::row_at(float y) const {
    const float height = row_height(), tall_top = y_of(static_cast<float>(tall_row));
    if (extra <= 0 || y <= tall_top) return row0 + (y - top) / height;
    if (y < tall_top + height + extra)
        return static_cast<float>(tall_row) + (y - tall_top) / (height + extra);
    return row0 + (y - extra - top) / height;
}

void FlowColumns::add(FlowLayout& layout, const FlowColumn& column, Size size) {
    layout.columns.push_back(column);
    sizes_.push_back({size.width * stretch_, size.gap * stretch_, size.flex});
}

/// Adds the layer in focus in the order of its formula: softmax(Q K^T) V.
void FlowColumns::add_unfolded(const Trace& trace, FlowLayout& layout) {
    using enum Site;
    using enum ColourRole;
    const ModelConfig& c = trace.config();
    const int l = layout.layer;
    struct Words {
        const char *header, *phrase, *short_phrase;
    };
    const auto strip = [&](Site site, const Words& words, float width,
                           FlowHeadAxis head = FlowHeadAxis::none) {
        if (trace.kept(site, l))
            add(layout,
                {FlowColumnKind::strip, site, l, words.header, role_of_strip(site), head, words.phrase,
                 words.short_phrase},
                {px(width), px(k_gap), 0});
    };
    // A matrix has no hue of its own, so its header takes that of what it is made from or reads.
    const auto matrix = [&](Site site, const Words& words, ColourRole role, float gap) {
        if (trace.kept(site, l))
            add(layout,
                {FlowColumnKind::matrix, site, l, words.header, role, FlowHeadAxis::query, words.phrase,
                 words.short_phrase},
                {0, gap, 1});
    };
    const auto ribbons = [&](FlowColumnKind kind, ColourRole role) {
        add(layout, {kind, pattern, l, "", role, FlowHeadAxis::query}, {px(k_ribbons), 0, 0});
    };
    const Words sum{"+", "the sum so far", "sum"}, out{"out", "what it adds", "adds"};
    strip(query_site(c), {"Q", "what it seeks", "seeks"}, k_vector, FlowHeadAxis::query);
    strip(key_site(c), {"K", "what it offers", "offers"}, k_vector, FlowHeadAxis::key_value);
    if (trace.kept(pattern, l)) ribbons(FlowColumnKind::seek, key);
    if (layout.shows_scores)
        matrix(attn_scores,
               {"scores", "how well each query fits each key, before softmax", "how well query and key fit"},
               query, 0);
    else
        matrix(pattern,
               {"weights",
                c.attn_sink ? "how much a row listens to each column; what is left of 1 goes to a sink"
                            : "how much a row listens to each column; each row adds up to 1",
                "how much a row listens to each column"},
               query, 0);
    strip(v, {"V", "what it gives", "gives"}, k_vector, FlowHeadAxis::key_value);
    if (trace.kept(z, l)) {
        ribbons(FlowColumnKind::gather, value);
        strip(z, {"z", "the mix it gets", "gets"}, k_vector, FlowHeadAxis::query);
        sizes_.back().gap = 0;
    }
    strip(attn_out, out, k_wide);
    if (has_site(c, resid_mid)) strip(resid_mid, sum, k_wide);
    if (trace.source()) { // softmax(Q K^T) V once more, with the source's keys and values
        strip(cross_q, {"Q", "what it seeks there", "seeks"}, k_vector, FlowHeadAxis::query);
        matrix(cross_pattern, {"source", "how much a row reads of each token of the source", "reads"}, key,
               px(k_gap));
        strip(cross_z, {"z", "the mix it gets", "gets"}, k_vector, FlowHeadAxis::query);
        strip(cross_attn_out, out, k_wide);
        strip(resid_mid_cross, sum, k_wide);
    }
    if (c.mlp != MlpKind::none) {
        if (c.is_moe()) strip(expert_weights, {"experts", "who works on it", "who"}, k_mlp);
        strip(mlp_post, {"MLP", "each row works alone", "alone"}, k_mlp);
        strip(mlp_out, out, k_wide);
    }
    strip(c.norms_stream() ? normalized_resid_post : resid_post, sum, k_wide);
}

/// Adds what the model is for.
void FlowColumns::add_output(const Trace& trace, FlowLayout& layout) {
    const ModelConfig& c = trace.config();
    const float gap = px(k_gap);
    if (c.has_logits())
        add(layout,
            {FlowColumnKind::next, Site::logits, -1, c.fills_in() ? "fills in" : "next", ColourRole::residual,
             FlowHeadAxis::none,
             c.fills_in() ? "the likeliest in each place" : "row t predicts t+1; last: the drawn",
             c.fills_in() ? "likeliest" : "t+1"},
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
    if (c.d_model != d_model_) {
        d_model_ = c.d_model;
        embed_phrase_ = "as " + std::to_string(d_model_) + " numbers";
    }
    if (openness_.size() != n_layers) {
        openness_.assign(n_layers, {});
        layer_numbers_.clear();
        for (std::size_t l = 0; l < n_layers; ++l) layer_numbers_.push_back(std::to_string(l));
    }
    layout.columns.clear();
    layout.left_out = 0;
    sizes_.clear();
    unfolded_begin_ = unfolded_end_ = 0;
    stretch_ = std::clamp((x1 - x0) / px(k_full_size_room), k_min_stretch, k_max_stretch);

    add(layout,
        {FlowColumnKind::strip, Site::embed, -1, "embed", role_of_strip(Site::embed), FlowHeadAxis::none,
         embed_phrase_.c_str(), "numbers"},
        {px(k_wide), 0, 0});
    if (trace.kept(Site::pos_embed))
        add(layout,
            {FlowColumnKind::strip, Site::pos_embed, -1, "pos", role_of_strip(Site::pos_embed),
             FlowHeadAxis::none, "where it stands", "place"},
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
float FlowColumns::left_over(float room) const { return std::max(room - fixed_width(), 0.0f); }

/// Pixels that the columns of a fixed width and all gaps take.
float FlowColumns::fixed_width() const {
    float fixed = 0;
    for (const Size& s : sizes_) fixed += s.width + s.gap;
    return fixed;
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

/// Where the matrices would get too little room, columns that say less than they give way to them: sums, what
/// the MLP writes, then the width of all, already where numbers would not fit into the cells.
void FlowColumns::fit_into(float room, const Trace& trace, FlowLayout& layout) {
    using enum Site;
    const bool has_source = trace.source() != nullptr;
    const float least = px(has_source ? k_min_matrix_beside_source : k_min_matrix) * layout.opened *
                        (has_source ? 2.0f : 1.0f);
    const float numbered = px(k_numbered_cell) * static_cast<float>(layout.n_rows) * layout.opened;
    const bool wants_numbers = numbered <= room * k_max_numbered_share;
    const float wanted = std::max(wants_numbers ? numbered : room * k_plain_share * layout.opened, least);
    for (const Site site : {mlp_out, resid_mid, resid_mid_cross, resid_post, normalized_resid_post})
        if (left_over(room) < wanted) leave_out(site, layout);
    if (left_over(room) < wanted && stretch_ > 1)
        narrow(std::max((room - wanted) / (room - left_over(room)), 1 / stretch_));
    if (left_over(room) < wanted * k_almost) leave_out(attn_out, layout);
    for (const Site site : {cross_attn_out, cross_q, mlp_post, cross_z, expert_weights})
        if (left_over(room) < least) leave_out(site, layout);
    if (const float fixed = fixed_width(); fixed > room) narrow(room / fixed);
}

/// Multiplies the widths and gaps of all columns.
void FlowColumns::narrow(float factor) {
    stretch_ *= factor;
    for (Size& s : sizes_) {
        s.width *= factor;
        s.gap *= factor;
    }
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
    const float padding = px(k_well_padding) * stretch_;
    const bool has_unfolded = unfolded_begin_ < unfolded_end_;
    layout.well_x0 = has_unfolded ? layout.columns[unfolded_begin_].x0 - padding : 0;
    layout.well_x1 = has_unfolded ? layout.columns[unfolded_end_ - 1].x1 + padding : 0;
}

} // namespace gf::ui
