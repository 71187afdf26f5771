#include "app/panels/flow/flow_picture.h"

#include "app/host/colour_math.h"
#include "app/panels/flow/flow_maps.h"
#include "app/view/cell_hands.h"
#include "app/view/next_draw.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_labelled_from = 12; ///< design length: rows as high have a label each
constexpr int k_curves_rows = 48;     ///< more rows than that show the ribbons of the token in view only
constexpr float k_least_weight = 0.02f;

} // namespace

int FlowPicture::first_row() const { return std::max(0, static_cast<int>(std::floor(layout.row0))); }
int FlowPicture::end_row() const {
    return std::min(snapshot.cursor, static_cast<int>(std::ceil(layout.row1)));
}
int FlowPicture::step() const { return std::max(1, static_cast<int>(std::ceil(2 / layout.row_height()))); }

void FlowPicture::draw_well() const {
    if (layout.well_x1 <= layout.well_x0) return;
    const ImVec2 min{layout.well_x0, layout.top - px(44)}, max{layout.well_x1, layout.bottom + px(6)};
    list.AddRectFilled(min, max, theme().well, px(8));
    list.AddRect(min, max, theme().border, px(8));
}

/// A band along a row; its opacity is how much.
void FlowPicture::ribbon(float x0, float x1, int r, ImU32 colour, float how_much) const {
    const float half = std::clamp(layout.row_height() * 0.28f, 0.5f, px(5)), y = layout.middle_of(r);
    if (x1 > x0) list.AddRectFilled({x0, y - half}, {x1, y + half}, with_alpha(colour, how_much));
}

void FlowPicture::draw_stream() const {
    const Theme& t = theme();
    const float begin = layout.labels_end + px(4),
                end = layout.end() ? layout.end()->x0 - px(6) : layout.columns.back().x1;
    const float thickness = std::min(px(2), std::max(1.0f, layout.row_height() * 0.3f));
    const ImU32 line = with_alpha(
        t.line, std::clamp(layout.row_height() / px(8), 0.3f, 1.0f)); // many lines are no grey wall
    const FlowColumn *embed = layout.find(Site::embed), *position = layout.find(Site::pos_embed);
    const FlowColumn *z = layout.find(Site::z), *attn_out = layout.find(Site::attn_out),
                     *mid = layout.find(Site::resid_mid), *cross_q = layout.find(Site::cross_q),
                     *cross_z = layout.find(Site::cross_z), *cross_out = layout.find(Site::cross_attn_out),
                     *mid_cross = layout.find(Site::resid_mid_cross), *post = layout.find(Site::mlp_post),
                     *mlp_out = layout.find(Site::mlp_out), *sum = &layout.columns.back();
    for (const FlowColumn& c : layout.columns)
        if (c.kind == FlowKind::strip && c.layer == layout.layer) sum = &c;
    for (int r = first_row(); r < end_row(); r += step()) {
        const float y = layout.middle_of(r);
        list.AddLine({begin, y}, {end, y}, line, r == row ? thickness * 1.5f : thickness);
        if (embed) ribbon(begin, embed->x0, r, t.fill(ColourRole::token), 0.7f);
        if (position && embed) ribbon(embed->x1, position->x0, r, t.fill(ColourRole::position), 0.7f);
        if (r >= measures.rows() || layout.opened < 1) continue;
        const WriteShare& share = measures.share(layout.layer, r);
        const FlowColumn* attn_sum = mid ? mid : sum;
        if (z && attn_out) ribbon(z->x1, attn_out->x0, r, t.fill(ColourRole::value), share.attention);
        if (attn_out) ribbon(attn_out->x1, attn_sum->x0, r, t.fill(ColourRole::value), share.attention);
        if (mid && cross_q) ribbon(mid->x1, cross_q->x0, r, t.fill(ColourRole::query), share.cross);
        if (cross_z && cross_out)
            ribbon(cross_z->x1, cross_out->x0, r, t.fill(ColourRole::value), share.cross);
        if (cross_out && mid_cross)
            ribbon(cross_out->x1, mid_cross->x0, r, t.fill(ColourRole::value), share.cross);
        const FlowColumn* before_mlp = mid_cross ? mid_cross : cross_z ? nullptr : mid;
        if (before_mlp && post) ribbon(before_mlp->x1, post->x0, r, t.fill(ColourRole::mlp), share.mlp);
        if (post && mlp_out) ribbon(post->x1, mlp_out->x0, r, t.fill(ColourRole::mlp), share.mlp);
        if (mlp_out) ribbon(mlp_out->x1, sum->x0, r, t.fill(ColourRole::mlp), share.mlp);
    }
}

/// z is the values of all keys, weighted: a ribbon for each weight.
void FlowPicture::draw_gather() const {
    const auto gather = std::find_if(layout.columns.begin(), layout.columns.end(),
                                     [](const FlowColumn& c) { return c.kind == FlowKind::gather; });
    if (gather == layout.columns.end() || layout.opened < 1) return;
    const Trace& trace = snapshot.trace();
    const ImU32 colour = theme().fill(ColourRole::value);
    const float x0 = gather->x0, x1 = gather->x1, bend = (x1 - x0) * 0.5f;
    const float thickest = std::min(layout.row_height() * 0.9f, px(14)), edge = px(6);
    const auto draw_row = [&](int query, bool in_view) {
        const FlowColumn pattern{FlowKind::matrix,  Site::pattern,  layout.layer, "",
                                 ColourRole::value, FlowHead::query};
        const auto weights = FlowMaps::values(trace, pattern, layout, query);
        const Trace::RowPlan& plan = trace.plan(query);
        for (int key = plan.key_begin; key < plan.key_end; ++key) {
            const float w = std::min(weights[static_cast<std::size_t>(key - plan.segment_begin)],
                                     1.0f); // an edited one may be more
            if (!(w > (in_view ? k_least_weight : 0.15f))) continue;
            const float from = std::clamp(layout.middle_of(key), layout.top - edge, layout.bottom + edge),
                        to = layout.middle_of(query);
            list.AddBezierCubic({x0, from}, {x0 + bend, from}, {x1 - bend, to}, {x1, to},
                                with_alpha(colour, in_view ? 0.2f + 0.8f * w : 0.22f * w),
                                std::max(1.0f, thickest * w), in_view ? 0 : 12);
        }
    };
    if (end_row() - first_row() <= k_curves_rows)
        for (int r = first_row(); r < end_row(); ++r)
            if (r != row) draw_row(r, false);
    if (row >= first_row() && row < end_row()) draw_row(row, true);
}

void FlowPicture::draw_matched_keys() const {
    const FlowColumn* k = layout.find(Site::rot_k) ? layout.find(Site::rot_k) : layout.find(Site::k);
    const FlowColumn* pattern = layout.find(Site::pattern);
    if (!k || !pattern || row < 0 || layout.opened < 1) return;
    const auto weights = FlowMaps::values(snapshot.trace(), *pattern, layout, row);
    const int segment = snapshot.trace().plan(row).segment_begin;
    const float half = std::max(0.5f, layout.row_height() * 0.36f);
    for (int key = first_row(); key < end_row(); ++key) {
        const float w = std::min(weights[static_cast<std::size_t>(key - segment)], 1.0f);
        if (!(w > k_least_weight)) continue;
        const float y = layout.middle_of(key);
        list.AddRectFilled({k->x1 + px(1), y - half}, {k->x1 + px(7), y + half},
                           with_alpha(theme().fill(ColourRole::key), 0.15f + 0.85f * w));
    }
}

/// A layer at a glance, from left to right: what attention writes, attention to the source, the MLP.
void FlowPicture::draw_folded(const FlowColumn& c) const {
    const Theme& t = theme();
    struct Part {
        float WriteShare::*share;
        ImU32 colour;
    };
    std::array<Part, 3> parts;
    int n = 0;
    parts[0] = {&WriteShare::attention, t.fill(ColourRole::value)}, n = 1;
    if (snapshot.trace().source())
        parts[static_cast<std::size_t>(n++)] = {&WriteShare::cross, t.fill(ColourRole::key)};
    if (snapshot.config().mlp != MlpKind::none)
        parts[static_cast<std::size_t>(n++)] = {&WriteShare::mlp, t.fill(ColourRole::mlp)};
    const float gap = layout.row_height() >= px(8) ? px(2) : 0.0f;
    const auto edge = [&](int i) {
        return i == 0   ? c.x0
               : i == n ? c.x1
                        : std::round(c.x0 + (c.x1 - c.x0) * static_cast<float>(i) / static_cast<float>(n));
    };
    const int rows = step();
    for (int r = first_row(); r < end_row(); r += rows) {
        const float y0 = layout.y_of(static_cast<float>(r)),
                    y1 = layout.y_of(static_cast<float>(std::min(r + rows, end_row()))) - gap;
        list.AddRectFilled({c.x0, y0}, {c.x1, y1}, t.block, gap);
        for (int i = 0; i < n; ++i) {
            const Part& part = parts[static_cast<std::size_t>(i)];
            float most = 0;
            for (int k = r; k < std::min({r + rows, end_row(), measures.rows()}); ++k)
                most = std::max(most, measures.share(c.layer, k).*part.share);
            const int corners = n == 1       ? ImDrawFlags_RoundCornersLeft
                                : i == 0     ? ImDrawFlags_RoundCornersLeft
                                : i + 1 == n ? ImDrawFlags_RoundCornersRight
                                             : ImDrawFlags_RoundCornersNone;
            list.AddRectFilled({edge(i), y0}, {edge(i + 1), y1}, with_alpha(part.colour, most), gap, corners);
        }
    }
}

/// put(row, y of its middle, whether it is the token in view) for as many rows as have room.
template <class F>
void FlowPicture::each_label(F put) const {
    const int every = std::max(1, static_cast<int>(std::ceil(px(k_labelled_from) / layout.row_height())));
    for (int r = first_row(); r < end_row(); ++r) {
        if (r != row && (r % every != 0 || std::abs(r - row) < every)) continue;
        const float y = layout.middle_of(r), half = px(k_labelled_from) / 2; // whole letters at both ends
        if (y < layout.top || y > layout.bottom) continue;
        put(r,
            layout.bottom - layout.top > 2 * half ? std::clamp(y, layout.top + half, layout.bottom - half)
                                                  : y,
            r == row);
    }
}

void FlowPicture::draw_labels() const {
    const Theme& t = theme();
    each_label([&](int r, float y, bool in_view) {
        ImFont* f = font(TextSize::body, in_view ? Face::bold : Face::regular);
        const std::string& label = token_labels().alone(snapshot.run().token(r));
        const float width = std::min(std::ceil(measure(f, label).x), px(76)), half = f->FontSize / 2;
        put_text_cut(list, {{std::floor(layout.labels_end - width), y - half}, {layout.labels_end, y + half}},
                     f, in_view ? t.accent_text : t.text, label);
    });
}

/// What the model would write after each token; the bar is its probability.
void FlowPicture::draw_next(const FlowColumn& c) const {
    if (!predicts_tokens(snapshot)) return;
    const Theme& t = theme();
    each_label([&](int r, float y, bool in_view) {
        if (r >= measures.rows()) return;
        const Prediction& next = measures.prediction(r);
        ImFont* f = font(TextSize::body, in_view ? Face::bold : Face::regular);
        const std::string& label = token_labels().alone(next.token);
        const float half = std::min(layout.row_height() * 0.5f - 1, px(9));
        list.AddRectFilled({c.x0, y - half}, {c.x0 + (c.x1 - c.x0) * next.probability, y + half},
                           in_view ? t.accent_tint : t.control, px(3));
        put_text_cut(list, {{c.x0 + px(4), y - f->FontSize / 2}, {c.x1, y + f->FontSize / 2}}, f,
                     in_view ? t.accent_text : t.text, label);
    });
}

std::optional<UiRect> FlowPicture::place_of(const FlowColumn& c, const CellRange& cells) const {
    const Trace& trace = snapshot.trace();
    const int n = FlowMaps::width_in_view(trace, c, snapshot.cursor);
    const int heads = site_heads(trace.config(), c.site);
    int begin = cells.column_begin, end = cells.column_end < 0 ? n : cells.column_end;
    if (c.head == FlowHead::none && heads > 1) // slots side by side
        begin += cells.head_begin * (n / heads),
            end += (cells.head_end < 0 ? heads - 1 : cells.head_end - 1) * (n / heads);
    end = std::min(end, n);
    const int row_begin = std::max(cells.row_begin, first_row()),
              row_end = std::min(cells.row_end < 0 ? snapshot.cursor : cells.row_end, end_row());
    if (begin >= end || row_begin >= row_end) return std::nullopt;
    const float cell = (c.x1 - c.x0) / static_cast<float>(n);
    const ImVec2 min{c.x0 + cell * static_cast<float>(begin),
                     std::max(layout.y_of(static_cast<float>(row_begin)), layout.top)};
    const ImVec2 max{c.x0 + cell * static_cast<float>(end),
                     std::min(layout.y_of(static_cast<float>(row_end)), layout.bottom + px(1))};
    return UiRect{min, max};
}

void FlowPicture::outline(const FlowColumn& c, const CellRange& cells, ImU32 colour, float thickness) const {
    const auto at = place_of(c, cells);
    if (!at) return;
    const float grow = px(1), least = px(3); // visible where cells are finer than a pixel
    const float widen = std::max(0.0f, (least - at->width()) / 2);
    list.AddRect({at->min.x - grow - widen, at->min.y - grow}, {at->max.x + grow + widen, at->max.y}, colour,
                 px(2), 0, thickness);
}

bool FlowPicture::shows(const FlowColumn& c, const CellRange& r) const {
    const int head = c.head == FlowHead::query       ? layout.head
                     : c.head == FlowHead::key_value ? layout.kv_head
                                                     : -1;
    return r.param < 0 && r.site == c.site && (r.layer == c.layer || c.layer < 0) &&
           (head < 0 || (head >= r.head_begin && (r.head_end < 0 || head < r.head_end)));
}

void FlowPicture::draw_edit_marks(const FlowColumn& c) const {
    if (c.x1 - c.x0 < 2) return;
    for (const Edit& e : *snapshot.edits) {
        const bool folded = c.kind == FlowKind::folded && e.range.layer == c.layer; // somewhere inside it
        if (!folded && !shows(c, e.range)) continue;
        if (folded) {
            const int r = e.range.row_begin;
            if (r >= first_row() && r < end_row())
                put_edit_mark(list, {c.x0, layout.y_of(static_cast<float>(r))},
                              {c.x1, layout.y_of(static_cast<float>(r + 1))}, snapshot.edits_on);
        } else if (const auto at = place_of(c, e.range)) {
            put_edit_mark(list, at->min, at->max, snapshot.edits_on);
        }
    }
}

void FlowPicture::draw_lit(const FlowColumn& c, const Selection& selection) const {
    if (c.x1 - c.x0 < 2) return;
    for (const CellRange& r : selection.dependents)
        if (shows(c, r)) outline(c, r, theme().muted, px(1));
    for (const CellRange& r : selection.precedents)
        if (shows(c, r)) outline(c, r, theme().accent, px(1.5f));
    const std::optional<CellRef>& focus = selection.focus();
    if (!focus || focus->param >= 0) return;
    const int at = std::max(focus->head, 0);
    const CellRange cell{focus->site, focus->layer, focus->row,    focus->row + 1,
                         at,          at + 1,       focus->column, focus->column + 1};
    if (shows(c, cell)) outline(c, cell, theme().accent, px(2));
}

void FlowPicture::draw_row_frames() const {
    if (row < first_row() || row >= end_row() || layout.opened < 1) return;
    const float y0 = layout.y_of(static_cast<float>(row)), y1 = layout.y_of(static_cast<float>(row) + 1);
    for (const FlowColumn& c : layout.columns) {
        const bool is_query = c.site == Site::q || c.site == Site::rot_q || c.site == Site::cross_q;
        if ((c.kind != FlowKind::matrix && !(c.kind == FlowKind::strip && is_query)) || c.x1 - c.x0 < 2)
            continue;
        list.AddRect({c.x0 - px(2), y0 - px(2)}, {c.x1 + px(2), y1}, theme().accent, px(3), 0, px(1.5f));
    }
}

} // namespace gf::ui
