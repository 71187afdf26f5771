#include "app/panels/flow/flow_picture.h"

#include "app/host/colour_math.h"
#include "app/panels/flow/flow_maps.h"
#include "app/view/cell_edits.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths: rows this high have a label each; a label's greatest width; the column of row numbers.
constexpr float k_label_row = 11, k_label_width = 76, k_row_number = 22;
constexpr float k_query_ribbon = 5;         ///< design length
constexpr int k_max_rows_with_curves = 48;  ///< with more rows in sight only the token in view has curves
constexpr float k_min_weight = 0.02f;       ///< smaller weights are not drawn
constexpr float k_min_faint_weight = 0.15f; ///< the same for other tokens than the one in view

} // namespace

StrongestKey strongest_key(const View& v, const FlowLayout& layout, int query) {
    const SiteValues weights(v.run.view(), {Site::pattern, layout.layer});
    if (!weights.exists() || query < 0 || query >= weights.rows()) return {};
    const int segment = v.trace().plan(query).segment_begin;
    StrongestKey best;
    for (int key = segment; key < segment + weights.n_columns(query); ++key) {
        const float w = weights.at(layout.head, query, key - segment);
        if (w > best.weight) best = {key, w};
    }
    return best;
}

// The rows in sight, half-open.
int FlowPicture::first_row() const { return std::max(0, static_cast<int>(std::floor(layout.row0))); }
int FlowPicture::end_row() const { return std::min(view.cursor, static_cast<int>(std::ceil(layout.row1))); }
/// How many rows share one thing that is drawn: nothing is finer than two pixels.
int FlowPicture::row_step() const {
    return std::max(1, static_cast<int>(std::ceil(2 / layout.row_height())));
}

void FlowPicture::draw_ground(float left, float right) const {
    const Theme& t = theme();
    if (layout.well_x1 > layout.well_x0) {
        const ImVec2 min{layout.well_x0, layout.header_top}, max{layout.well_x1, layout.bottom + px(6)};
        list.AddRectFilled(min, max, t.well, px(8));
        list.AddRect(min, max, t.border, px(8));
    }
    if (row_in_view < first_row() || row_in_view >= end_row() || layout.row_height() < px(4)) return;
    const auto row = static_cast<float>(row_in_view);
    list.AddRectFilled({left, std::max(layout.y_of(row) - px(1), layout.top)},
                       {right, std::min(layout.y_of(row + 1), layout.bottom + px(1))}, t.accent_tint, px(4));
}

void FlowPicture::draw_ribbon(float x0, float x1, int row, ImU32 colour, float opacity) const {
    const float half = std::clamp(layout.height_of(row) * 0.28f, 0.5f, px(5)), y = layout.middle_of(row);
    if (x1 > x0) list.AddRectFilled({x0, y - half}, {x1, y + half}, with_alpha(colour, opacity));
}

/// The columns of the unfolded layer between which sub-layers write; null where one is not shown.
struct FlowPicture::Sublayers {
    const FlowColumn *z, *attn_out, *mid, *cross_q, *cross_z, *cross_out, *mid_cross, *mlp_post, *mlp_out;
    const FlowColumn* layer_end; ///< the stream behind the layer

    explicit Sublayers(const FlowLayout& layout)
        : z(layout.find(Site::z)), attn_out(layout.find(Site::attn_out)), mid(layout.find(Site::resid_mid)),
          cross_q(layout.find(Site::cross_q)), cross_z(layout.find(Site::cross_z)),
          cross_out(layout.find(Site::cross_attn_out)), mid_cross(layout.find(Site::resid_mid_cross)),
          mlp_post(layout.find(Site::mlp_post)), mlp_out(layout.find(Site::mlp_out)),
          layer_end(&layout.columns.back()) {
        for (const FlowColumn& c : layout.columns)
            if (c.kind == FlowColumnKind::strip && c.layer == layout.layer) layer_end = &c;
    }
};

void FlowPicture::draw_stream() const {
    const Theme& t = theme();
    const FlowColumn* output = layout.output_column();
    const float begin = layout.labels_end + px(4),
                end = output ? output->x0 - px(6) : layout.columns.back().x1;
    const float thickness = std::min(px(2), std::max(1.0f, layout.row_height() * 0.3f));
    // Many lines must not become a grey wall.
    const ImU32 line = with_alpha(t.line, std::clamp(layout.row_height() / px(8), 0.3f, 1.0f));
    const FlowColumn *embed = layout.find(Site::embed), *position = layout.find(Site::pos_embed);
    const Sublayers columns(layout);
    for (int r = first_row(); r < end_row(); r += row_step()) {
        const float y = layout.middle_of(r);
        list.AddLine({begin, y}, {end, y}, line, r == row_in_view ? thickness * 1.5f : thickness);
        if (embed) draw_ribbon(begin, embed->x0, r, t.fill(ColourRole::token), 0.7f);
        if (position && embed) draw_ribbon(embed->x1, position->x0, r, t.fill(ColourRole::position), 0.7f);
        if (r < measures.rows() && layout.opened >= 1) draw_writes(columns, r);
    }
}

/// Draws what each sub-layer of the unfolded layer writes to the stream of one row.
void FlowPicture::draw_writes(const Sublayers& c, int row) const {
    const Theme& t = theme();
    const ImU32 query = t.fill(ColourRole::query), value = t.fill(ColourRole::value),
                mlp = t.fill(ColourRole::mlp);
    const WriteShare& share = measures.share(layout.layer, row);
    const auto connect = [&](const FlowColumn* from, const FlowColumn* to, ImU32 colour, float opacity) {
        if (from && to) draw_ribbon(from->x1, to->x0, row, colour, opacity);
    };
    connect(c.z, c.attn_out, value, share.attention);
    connect(c.attn_out, c.mid ? c.mid : c.layer_end, value, share.attention);
    connect(c.mid, c.cross_q, query, share.cross);
    connect(c.cross_z, c.cross_out, value, share.cross);
    connect(c.cross_out, c.mid_cross, value, share.cross);
    // With attention to the source, the MLP reads the sum behind it, which may have been left out.
    const FlowColumn* before_mlp = c.mid_cross ? c.mid_cross : c.cross_z ? nullptr : c.mid;
    connect(before_mlp, c.mlp_post, mlp, share.mlp);
    connect(c.mlp_post, c.mlp_out, mlp, share.mlp);
    connect(c.mlp_out, c.layer_end, mlp, share.mlp);
}

/// z of a query is the sum of all keys' values, each times its weight, and the weights are how well the query
/// fits the keys: a curve for each weight, from the row of its key to that of the query.
void FlowPicture::draw_curves(const FlowColumn& ribbons, int query) const {
    const SiteValues weights = values_of(Site::pattern);
    if (!weights.exists() || query >= weights.rows()) return;
    const int segment = view.trace().plan(query).segment_begin;
    const bool in_view = query == row_in_view;
    const ImU32 colour = theme().fill(ribbons.role);
    const float x0 = ribbons.x0 + px(2), x1 = ribbons.x1 - px(2), bend = (x1 - x0) * 0.5f;
    const float thickest = std::min(layout.height_of(query) * 0.8f, px(in_view ? 22 : 8)), edge = px(6);
    for (int key = segment; key < segment + weights.n_columns(query); ++key) {
        // An edited weight may be more than 1.
        const float w = std::min(weights.at(layout.head, query, key - segment), 1.0f);
        if (!(w > (in_view ? k_min_weight : k_min_faint_weight))) continue; // true of NaN, too
        const float from = std::clamp(layout.middle_of(key), layout.top - edge, layout.bottom + edge),
                    to = layout.middle_of(query);
        list.AddBezierCubic({x0, from}, {x0 + bend, from}, {x1 - bend, to}, {x1, to},
                            with_alpha(colour, in_view ? 0.2f + 0.8f * w : 0.22f * w),
                            std::max(1.0f, thickest * w), in_view ? 0 : 12);
    }
}

/// The query of the row in view goes past K to its row of the matrix.
void FlowPicture::draw_query_ribbon(const FlowColumn& seek) const {
    const FlowColumn *q = layout.find(query_site(view.config())), *k = layout.find(key_site(view.config()));
    if (!q || !k || row_in_view < first_row() || row_in_view >= end_row()) return;
    const float height = layout.height_of(row_in_view), thickness = std::min(px(k_query_ribbon), height / 4);
    const float bottom =
        std::min(layout.y_of(static_cast<float>(row_in_view)) + height * 0.92f, layout.bottom);
    const ImU32 colour = with_alpha(theme().fill(ColourRole::query), 0.9f);
    list.AddRectFilled({q->x1, bottom - thickness}, {k->x0 - px(1), bottom}, colour);
    list.AddRectFilled({k->x1 + px(1), bottom - thickness}, {seek.x1, bottom}, colour);
}

void FlowPicture::draw_attention_ribbons() const {
    if (layout.opened < 1) return;
    const bool row_is_in_sight = row_in_view >= first_row() && row_in_view < end_row();
    for (const FlowColumn& c : layout.columns) {
        if (!c.has_ribbons()) continue;
        if (c.kind == FlowColumnKind::seek) draw_query_ribbon(c);
        if (c.kind == FlowColumnKind::gather && end_row() - first_row() <= k_max_rows_with_curves)
            for (int r = first_row(); r < end_row(); ++r)
                if (r != row_in_view) draw_curves(c, r);
        if (row_is_in_sight) draw_curves(c, row_in_view);
    }
}

void FlowPicture::draw_folded(const FlowColumn& c) const {
    const Theme& t = theme();
    struct Part {
        float WriteShare::*share;
        ImU32 colour;
    };
    std::array<Part, 3> parts;
    parts[0] = {&WriteShare::attention, t.fill(ColourRole::value)};
    int n = 1;
    if (view.trace().source())
        parts[static_cast<std::size_t>(n++)] = {&WriteShare::cross, t.fill(ColourRole::key)};
    if (view.config().mlp != MlpKind::none)
        parts[static_cast<std::size_t>(n++)] = {&WriteShare::mlp, t.fill(ColourRole::mlp)};
    const float gap = layout.row_height() >= px(8) ? px(2) : 0.0f;
    const auto edge = [&](int i) {
        return i == 0   ? c.x0
               : i == n ? c.x1
                        : std::round(c.x0 + (c.x1 - c.x0) * static_cast<float>(i) / static_cast<float>(n));
    };
    const int rows = row_step();
    for (int r = first_row(); r < end_row(); r += rows) {
        const float y0 = layout.y_of(static_cast<float>(r)),
                    y1 = layout.y_of(static_cast<float>(std::min(r + rows, end_row()))) - gap;
        list.AddRectFilled({c.x0, y0}, {c.x1, y1}, t.block, gap);
        for (int i = 0; i < n; ++i) {
            const Part& part = parts[static_cast<std::size_t>(i)];
            float largest = 0;
            for (int k = r; k < std::min({r + rows, end_row(), measures.rows()}); ++k)
                largest = std::max(largest, measures.share(c.layer, k).*part.share);
            const int corners = n == 1       ? ImDrawFlags_RoundCornersLeft
                                : i == 0     ? ImDrawFlags_RoundCornersLeft
                                : i + 1 == n ? ImDrawFlags_RoundCornersRight
                                             : ImDrawFlags_RoundCornersNone;
            list.AddRectFilled({edge(i), y0}, {edge(i + 1), y1}, with_alpha(part.colour, largest), gap,
                               corners);
        }
    }
}

/// Calls draw(row, y, in_view) for as many rows as labels have room for. `y` is the middle of the label;
/// `in_view` tells whether the row is that of the token in view.
template <class F>
void FlowPicture::for_each_label(F draw) const {
    const int every = std::max(1, static_cast<int>(std::ceil(px(k_label_row) / layout.row_height())));
    const float half = px(k_label_row) / 2;
    const bool has_whole_letters = layout.bottom - layout.top > 2 * half;
    for (int r = first_row(); r < end_row(); ++r) {
        if (r != row_in_view && (r % every != 0 || std::abs(r - row_in_view) < every)) continue;
        const float y = layout.middle_of(r);
        if (y < layout.top || y > layout.bottom) continue;
        // Labels at both ends move inwards, so that their letters are not cut.
        draw(r, has_whole_letters ? std::clamp(y, layout.top + half, layout.bottom - half) : y,
             r == row_in_view);
    }
}

void FlowPicture::draw_labels() const {
    const Theme& t = theme();
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float room = layout.labels_end - layout.left, greatest = std::min(px(k_label_width), room);
    const bool with_numbers = room >= px(k_label_width + k_row_number);
    for_each_label([&](int r, float y, bool in_view) {
        const std::string& label = label_at(view.run, r);
        const bool starts = is_start(view.run, r);
        ImFont* f = font(starts ? TextSize::small : TextSize::body, in_view ? Face::bold : Face::regular);
        const float padding = starts ? px(8) : 0, half = f->FontSize / 2;
        const float width = std::min(std::ceil(measure(f, label).x), greatest);
        const UiRect box{{std::floor(layout.labels_end - width - padding), y - half},
                         {layout.labels_end - padding, y + half}};
        const float chip = std::min(half + px(2), layout.height_of(r) / 2);
        if (starts)
            list.AddRectFilled({box.min.x - padding, y - chip}, {box.max.x + padding, y + chip}, t.control,
                               px(10));
        draw_text_cut(list, box, f, in_view ? t.accent_text : starts ? t.muted : t.text, label);
        if (view.run.has_changed(r)) draw_changed_mark(list, {layout.labels_end + px(4), y});
        if (!with_numbers) return;
        char number[12];
        const auto end = fmt::format_to_n(number, sizeof number, "{}", r).out;
        draw_text(list, {{layout.left, y - half}, {layout.left + px(k_row_number), y + half}}, layout.left,
                  numbers, t.muted, {number, static_cast<std::size_t>(end - number)});
    });
}

void draw_changed_mark(ImDrawList& list, ImVec2 middle) {
    list.AddCircleFilled(middle, px(2), theme().accent);
}

/// A bar as long as the probability, the token and the number; what was drawn is framed.
void FlowPicture::draw_next_cell(const FlowColumn& c, const NextToken& next, int row, float middle) const {
    const Theme& t = theme();
    const bool in_view = row == row_in_view, is_drawn = next.row == row;
    ImFont *f = font(TextSize::body, in_view || is_drawn ? Face::bold : Face::regular),
           *digits = font(TextSize::small, Face::mono);
    const float half = std::min(layout.height_of(row) * 0.5f - 1, px(10));
    const UiRect box{{c.x0, middle - half}, {c.x1, middle + half}};
    const ImU32 ink = is_drawn || in_view ? t.accent_text : t.text;
    list.AddRectFilled(box.min, {c.x0 + box.width() * static_cast<float>(next.probability), box.max.y},
                       in_view ? t.accent_tint : t.control, px(3));
    if (is_drawn) {
        list.AddRectFilled(box.min, box.max, t.panel, px(4));
        list.AddRect(box.min, box.max, t.accent, px(4), 0, px(1.5f));
    }
    char number[8];
    const auto end = fmt::format_to_n(number, sizeof number, "{:.2f}", next.probability).out;
    const std::string_view shown(number, static_cast<std::size_t>(end - number));
    const float number_width = measure(digits, shown).x + px(4);
    const bool with_number = box.width() >= number_width + px(44) && 2 * half >= digits->FontSize;
    const float right = with_number ? c.x1 - number_width - px(2) : c.x1;
    draw_text_cut(list, {{c.x0 + px(5), middle - f->FontSize / 2}, {right, middle + f->FontSize / 2}}, f, ink,
                  token_labels().label(next.token));
    if (with_number)
        draw_text(list, {{right, box.min.y}, box.max}, c.x1 - number_width, digits, is_drawn ? ink : t.muted,
                  shown);
}

void FlowPicture::draw_next(const FlowColumn& c) const {
    if (!predicts_tokens(view)) return;
    for_each_label([&](int r, float y, bool) {
        if (r >= measures.rows()) return;
        const Prediction& likeliest = measures.prediction(r);
        draw_next_cell(c, drawn.row == r ? drawn : NextToken{-1, likeliest.token, likeliest.probability}, r,
                       y);
    });
}

/// Where a range of cells is in a column, as far as it is in sight; nullopt if it is not.
std::optional<UiRect> FlowPicture::rect_of(const FlowColumn& c, const CellRange& cells) const {
    const Trace& trace = view.trace();
    const int n = FlowMaps::n_columns_in_view(trace, c, view.cursor);
    const int heads = site_heads(trace.config(), c.site);
    int begin = cells.column_begin, end = cells.column_end < 0 ? n : cells.column_end;
    if (c.head == FlowHeadAxis::none && heads > 1) { // the column has the values of all heads side by side
        begin += cells.head_begin * (n / heads);
        end += (cells.head_end < 0 ? heads - 1 : cells.head_end - 1) * (n / heads);
    }
    end = std::min(end, n);
    const int row_begin = std::max(cells.row_begin, first_row()),
              row_end = std::min(cells.row_end < 0 ? view.cursor : cells.row_end, end_row());
    if (begin >= end || row_begin >= row_end) return std::nullopt;
    const float cell = (c.x1 - c.x0) / static_cast<float>(n);
    const ImVec2 min{c.x0 + cell * static_cast<float>(begin),
                     std::max(layout.y_of(static_cast<float>(row_begin)), layout.top)};
    const ImVec2 max{c.x0 + cell * static_cast<float>(end),
                     std::min(layout.y_of(static_cast<float>(row_end)), layout.bottom + px(1))};
    return UiRect{min, max};
}

void FlowPicture::draw_outline(const FlowColumn& c, const CellRange& cells, ImU32 colour,
                               float thickness) const {
    const auto at = rect_of(c, cells);
    if (!at) return;
    // Where cells are finer than a pixel, the outline is wider than they are, so that it can be seen.
    const float grow = px(1), min_width = px(3);
    const float widen = std::max(0.0f, (min_width - at->width()) / 2);
    list.AddRect({at->min.x - grow - widen, at->min.y - grow}, {at->max.x + grow + widen, at->max.y}, colour,
                 px(2), 0, thickness);
}

/// Whether the range has cells of the site, layer and head that the column shows.
bool FlowPicture::shows(const FlowColumn& c, const CellRange& r) const {
    const int head = c.head == FlowHeadAxis::query       ? layout.head
                     : c.head == FlowHeadAxis::key_value ? layout.kv_head
                                                         : -1;
    return r.param < 0 && r.site == c.site && (r.layer == c.layer || c.layer < 0) &&
           (head < 0 || (head >= r.head_begin && (r.head_end < 0 || head < r.head_end)));
}

void FlowPicture::draw_edit_marks(const FlowColumn& c) const {
    if (c.x1 - c.x0 < 2) return;
    for (const RunEdit& e : view.edits()) {
        if (c.kind == FlowColumnKind::folded && e.range.layer == c.layer) { // somewhere inside the layer
            const int r = e.range.row_begin;
            if (r >= first_row() && r < end_row())
                draw_edit_mark(list, {c.x0, layout.y_of(static_cast<float>(r))},
                               {c.x1, layout.y_of(static_cast<float>(r + 1))}, view.snapshot.edits_on);
        } else if (shows(c, e.range)) {
            if (const auto at = rect_of(c, e.range))
                draw_edit_mark(list, at->min, at->max, view.snapshot.edits_on);
        }
    }
}

void FlowPicture::draw_highlights(const FlowColumn& c, const Selection& selection) const {
    if (c.x1 - c.x0 < 2) return;
    for (const CellRange& r : selection.dependents_in(view.run.id))
        if (shows(c, r)) draw_outline(c, r, theme().muted, px(1));
    for (const CellRange& r : selection.precedents_in(view.run.id))
        if (shows(c, r)) draw_outline(c, r, theme().accent, px(1.5f));
    const std::optional<CellRef> focus = selection.focus_in(view.run.id);
    if (!focus || focus->param >= 0) return;
    const int head = std::max(focus->head, 0);
    const CellRange cell{focus->site, focus->layer, focus->row,    focus->row + 1,
                         head,        head + 1,     focus->column, focus->column + 1};
    if (shows(c, cell)) draw_outline(c, cell, theme().accent, px(2));
}

void FlowPicture::draw_row_in_view() const {
    if (row_in_view < first_row() || row_in_view >= end_row() || layout.opened < 1) return;
    const auto frame = [&](const FlowColumn& c, int row) {
        if (c.x1 - c.x0 < 2 || row < first_row() || row >= end_row()) return;
        const float y0 = std::max(layout.y_of(static_cast<float>(row)), layout.top),
                    y1 = std::min(layout.y_of(static_cast<float>(row + 1)), layout.bottom + px(1));
        list.AddRect({c.x0 - px(2), y0 - px(2)}, {c.x1 + px(2), y1}, theme().accent, px(3), 0, px(1.5f));
    };
    const int strongest = layout.strongest.key;
    for (const FlowColumn& c : layout.columns) {
        using enum Site;
        if (c.kind == FlowColumnKind::matrix) frame(c, row_in_view);
        if (c.kind != FlowColumnKind::strip) continue;
        if (c.site == q || c.site == rot_q || c.site == cross_q || c.site == z) frame(c, row_in_view);
        if (strongest >= 0 && (c.site == k || c.site == rot_k || c.site == v)) frame(c, strongest);
    }
}

} // namespace gf::ui
