#include "app/panels/heads/head_matrix.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/attention_rows.h"
#include "app/view/cell_edits.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/rotated_text.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_query_margin = 84; ///< room for the labels of queries, to the left
constexpr float k_key_margin = 72;   ///< room for labels of keys that run upwards
constexpr float k_key_line = 18;     ///< room for labels of keys in a line
constexpr float k_caption_gap = 12;
constexpr float k_caption_width = 208;      ///< where the caption stands beside the matrix
constexpr float k_upright_min_height = 300; ///< in a lower area labels of keys always stand in a line
constexpr float k_line_min_cell = 26;       ///< above cells that are as wide as this, too

constexpr float k_max_matrix_aspect = 3,
                k_max_tall_matrix_aspect = 1.15f; ///< width : height, and height : width
constexpr int k_matrix_cells_per_frame = 1 << 20; ///< uploaded to the graphics card at most

} // namespace

/// Brings the graphics card up to date, for a long text over several frames.
void HeadMatrix::upload(const HeadContext& context) {
    const View& v = context.view;
    const Trace& trace = v.trace();
    if (source_.trace.lock() != v.run.trace || has_source_keys(site_) != context.is_cross()) zoomed_ = false;
    if (source_ != v.values.source() || head_ != context.head || site_ != context.site ||
        shows_taken_ != context.shows_taken()) {
        map_.clear();
        n_uploaded_rows_ = 0;
        largest_ = 0;
        source_ = v.values.source(), head_ = context.head, site_ = context.site;
        shows_taken_ = context.shows_taken();
    }
    const SiteValues values = v.values.values({context.site, context.head.layer});
    n_uploaded_rows_ = std::min(
        values.rows(), n_uploaded_rows_ + std::max(1, k_matrix_cells_per_frame / trace.n_keys(context.site)));
    if (n_uploaded_rows_ < values.rows()) request_frame();
    map_.update({1, trace.capacity(), trace.n_keys(context.site), PoolRule::magnitude}, n_uploaded_rows_,
                [&](int /*map*/, int row) {
                    const std::span<const real> weights = context.row(row, row_);
                    if (v.shows_gradients() || shows_taken_) largest_ = largest_magnitude(largest_, weights);
                    return weights;
                });
}

void HeadMatrix::draw(const HeadContext& context) {
    upload(context);
    const Layout layout = lay_out(context);
    if (layout.matrix.width() < px(24) || layout.matrix.height() < px(24)) return;
    choose_colours(context);
    choose_view(context, layout.matrix);
    const PlacedHeatMap place{0, layout.matrix};
    const HiddenNote hidden(write_hidden_rows(context), layout.matrix);
    handle_mouse(context, place);
    map_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view_);
    const bool are_weights =
        !context.shows_scores() && !context.shows_taken() && !context.view.has_both_signs();
    draw_cell_numbers(
        *ImGui::GetWindowDrawList(), place, view_,
        [&context](int row, int column) {
            return context.value({row, column});
        },
        are_weights);
    draw_outlines(context, place);
    const auto cell = context.cell_in_focus();
    const int lit_query = cell ? cell->query : context.selection.token_in_view(context.n_queries());
    const int hovered_key = context.is_cross() ? context.selection.source_token.get().value_or(-1) : -1;
    draw_query_labels(context, layout.matrix, lit_query);
    draw_key_labels(context, layout, cell ? cell->key : hovered_key);
    draw_meanings(context, layout);
    draw_caption(context, layout);
    hidden.draw();
    if (hidden.is_pressed()) zoomed_ = false;
}

/// In the corner between the labels: rows are the tokens that listen, columns those that are listened to.
void HeadMatrix::draw_meanings(const HeadContext& context, const Layout& layout) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small);
    const UiRect corner{context.area.min, {layout.matrix.min.x - px(6), layout.matrix.min.y}};
    const float line = face->FontSize + px(2);
    const auto write = [&](std::string_view words, int lines_above) {
        const float bottom = corner.max.y - px(2) - static_cast<float>(lines_above) * line;
        const float left = std::max(corner.min.x, corner.max.x - std::ceil(measure(face, words).x));
        draw_text_cut(list, {{left, bottom - line}, {corner.max.x + 1, bottom}}, face, theme().muted, words);
    };
    if (corner.height() >= 2 * line) {
        write("listens ↓", 0);
        write(context.is_cross() ? "to the source →" : "to →", 1);
    } else {
        write(context.is_cross() ? "to source →" : "listens to →", 0);
    }
}

/// "24 of 32 rows hidden", where a person zoomed.
std::string_view HeadMatrix::write_hidden_rows(const HeadContext& context) {
    const int n = context.n_queries(),
              hidden = n - std::min(n, static_cast<int>(std::ceil(view_.row1 - view_.row0)));
    hidden_text_.clear();
    if (hidden > 0) fmt::format_to(std::back_inserter(hidden_text_), "{} of {} rows hidden", hidden, n);
    return {hidden_text_.data(), hidden_text_.size()};
}

/// Cells need not be square: a wide panel gives wide ones.
HeadMatrix::Layout HeadMatrix::lay_out(const HeadContext& context) const {
    const UiRect& area = context.area;
    Layout result;
    result.has_caption_beside = area.width() > 2.2f * area.height() && area.width() > px(420);
    const float right = result.has_caption_beside ? px(k_caption_width) + px(k_caption_gap) : 0,
                below = result.has_caption_beside ? 0 : head_caption_height() + px(4);
    const float left = std::min(px(k_query_margin), area.width() * 0.25f);
    const float room = area.width() - left - right;
    result.has_upright_keys = area.height() > px(k_upright_min_height) &&
                              room / static_cast<float>(context.n_keys()) < px(k_line_min_cell);
    const float top = result.has_upright_keys ? px(k_key_margin) : px(k_key_line);
    float width = room, height = area.height() - top - below;
    width = std::floor(std::min(width, height * k_max_matrix_aspect));
    height = std::floor(std::min(height, width * k_max_tall_matrix_aspect));
    const ImVec2 min{std::floor(area.min.x + left), std::floor(area.min.y + top)};
    result.matrix = {min, {min.x + width, min.y + height}};
    result.caption = result.has_caption_beside
                         ? UiRect{{result.matrix.max.x + px(k_caption_gap), min.y}, area.max}
                         : UiRect{{area.min.x, result.matrix.max.y + px(4)},
                                  {area.max.x, result.matrix.max.y + px(4) + head_caption_height()}};
    return result;
}

void HeadMatrix::choose_colours(const HeadContext& context) {
    const bool scores = context.shows_scores();
    const HeatMapView themed = // in each frame, since the theme may change
        themed_heat_map(scores || context.view.has_both_signs());
    view_.look = themed.look;
    view_.scale = themed.scale;
    if (context.view.shows_gradients() || context.shows_taken()) {
        view_.scale.gamma = 0.5f;
        if (largest_ > 0) view_.scale.vmax = largest_;
        return;
    }
    view_.scale.gamma = scores ? 1.0f : 0.5f;
    if (!scores) return;
    const float largest = context.largest_score(score_range_);
    view_.scale.vmax = std::max(largest, 1e-6f);
}

/// The whole text, or what a person zoomed to, kept on the text.
void HeadMatrix::choose_view(const HeadContext& context, const UiRect& matrix) {
    const auto n_rows = static_cast<float>(context.n_queries()),
               n_cols = static_cast<float>(context.n_keys());
    view_.rows = context.n_queries();
    view_.cols = context.n_keys();
    if (!zoomed_) view_.row0 = view_.col0 = 0, view_.row1 = n_rows, view_.col1 = n_cols;
    const float rows = std::min(view_.row1 - view_.row0, n_rows),
                cols = std::min(view_.col1 - view_.col0, n_cols);
    view_.row1 = std::clamp(view_.row1, rows, n_rows);
    view_.col1 = std::clamp(view_.col1, cols, n_cols);
    view_.row0 = view_.row1 - rows;
    view_.col0 = view_.col1 - cols;
    const float cell = std::min(matrix.width() / cols, matrix.height() / rows);
    view_.look.gap_x = view_.look.gap_y = cell >= px(5) ? std::max(px(1), 1.0f) : 0;
    const auto per_pixel = [](float n_cells, float length) {
        return std::max(1, static_cast<int>(std::ceil(n_cells / length - 0.01f)));
    };
    cells_per_pixel_ = {per_pixel(rows, matrix.height()), per_pixel(cols, matrix.width())};
    if (const HeatMaps* maps = map_.pooled_maps())
        cells_per_pixel_ = {std::max(cells_per_pixel_.rows, maps->pooled_rows()),
                            std::max(cells_per_pixel_.cols, maps->pooled_cols())};
}

void HeadMatrix::handle_mouse(const HeadContext& context, const PlacedHeatMap& place) {
    ImGui::SetCursorScreenPos(place.rect.min);
    const bool pressed = ImGui::InvisibleButton("attention", {place.rect.width(), place.rect.height()});
    if (keyboard_is_on_last_item()) outline_precedent(*ImGui::GetWindowDrawList(), place.rect);
    if (!ImGui::IsItemHovered()) {
        const bool beside =
            ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(context.area.min, context.area.max);
        if (beside && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        return;
    }
    if (navigate_heat_map(view_, place.rect))
        zoomed_ = view_.row1 - view_.row0 < static_cast<float>(view_.rows) ||
                  view_.col1 - view_.col0 < static_cast<float>(view_.cols);
    const auto hit = heat_map_cell_at({&place, 1}, view_, ImGui::GetMousePos());
    if (hit) {
        const AttentionCell cell{hit->row, hit->col};
        context.point_at(cell);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            context.ask_for_value(cell);
        else if (clicked_without_drag(pressed))
            context.toggle_pin(cell);
    }
}

/// Where these cells are, as far as they are in view; empty if they are not. Grown where it is too small to
/// be seen.
UiRect HeadMatrix::rect_in_view(const PlacedHeatMap& place, int row_begin, int row_end, int col_begin,
                                int col_end) const {
    const UiRect first = heat_map_cell_rect(place, view_, row_begin, col_begin),
                 last = heat_map_cell_rect(place, view_, row_end - 1, col_end - 1);
    UiRect r{{std::max(first.min.x, place.rect.min.x), std::max(first.min.y, place.rect.min.y)},
             {std::min(last.max.x, place.rect.max.x), std::min(last.max.y, place.rect.max.y)}};
    if (r.width() < 0 || r.height() < 0) return {};
    const float grow_x = std::max(0.0f, px(3) - r.width()) / 2,
                grow_y = std::max(0.0f, px(3) - r.height()) / 2;
    return {{r.min.x - grow_x, r.min.y - grow_y}, {r.max.x + grow_x, r.max.y + grow_y}};
}

/// Outlines what is in focus, what it is computed from and what it feeds, and marks what is edited. Queries
/// and mixed values (q, z) are outlined at the labels of the queries, k and v at those of the keys.
void HeadMatrix::draw_outlines(const HeadContext& context, const PlacedHeatMap& place) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n_queries = context.n_queries(), n_keys = context.n_keys();
    const auto outline_all = [&](std::span<const CellRange> ranges, auto draw_outline) {
        for (const CellRange& r : ranges) {
            const RangeInHead part = range_in_head(r, context.view, context.attention, context.head);
            const auto [row_begin, row_end] = part.queries;
            const auto [col_begin, col_end] = part.keys;
            if (part.cells && row_begin < row_end && col_begin < col_end) {
                const UiRect at = rect_in_view(place, row_begin, row_end, col_begin, col_end);
                if (at.width() > 0) draw_outline(list, at);
            } else if (row_begin < row_end) {
                const UiRect at = rect_in_view(place, row_begin, row_end, 0, n_keys);
                const float left = context.area.min.x + px(1), right = place.rect.min.x - px(2);
                if (at.width() > 0) draw_outline(list, UiRect{{left, at.min.y}, {right, at.max.y}});
            } else if (col_begin < col_end) {
                const UiRect at = rect_in_view(place, 0, n_queries, col_begin, col_end);
                const float top = context.area.min.y + px(1), bottom = place.rect.min.y - px(2);
                if (at.width() > 0) draw_outline(list, UiRect{{at.min.x, top}, {at.max.x, bottom}});
            }
        }
    };
    outline_all(context.selection.precedents_in(context.view.run.id), outline_precedent);
    outline_all(context.selection.dependents_in(context.view.run.id), outline_dependent);
    const auto rect_of = [&](const AttentionCell& cell) {
        return rect_in_view(place, cell.query, cell.query + 1, cell.key, cell.key + 1);
    };
    for (const auto& focus : {context.selection.pinned_cell, context.selection.cell.get()}) {
        const auto cell = as_attention_cell(context.view, focus, context.attention, context.head);
        if (!cell || cell->query >= n_queries || cell->key >= n_keys) continue;
        if (const UiRect at = rect_of(*cell); at.width() > 0) outline_focus(list, at);
    }
    context.for_each_edit([&](const AttentionCell& cell) {
        const UiRect at = rect_of(cell);
        if (at.width() > 0) draw_edit_mark(list, at.min, at.max, context.view.snapshot.edits_on);
    });
}

/// Draws labels down the left side: as many as there is room for, and always the lit one.
void HeadMatrix::draw_query_labels(const HeadContext& context, const UiRect& matrix, int lit) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Theme& t = theme();
    ImFont* regular = font(TextSize::small);
    const float cell = matrix.height() / (view_.row1 - view_.row0), right = matrix.min.x - px(6);
    const int every = std::max(1, static_cast<int>(std::ceil(regular->FontSize / cell)));
    const int end = std::min(context.n_queries(), static_cast<int>(std::ceil(view_.row1)));
    for (int i = std::max(0, static_cast<int>(view_.row0)); i < end; ++i) {
        if (!has_label(i, every, lit)) continue;
        const float middle = matrix.min.y + (static_cast<float>(i) + 0.5f - view_.row0) * cell;
        if (middle < matrix.min.y || middle > matrix.max.y) continue;
        ImFont* face = i == lit ? font(TextSize::small, Face::bold) : regular;
        const std::string_view label = short_label(context.view.run, i);
        const float left = std::max(context.area.min.x, right - std::ceil(measure(face, label).x));
        const float top = std::floor(middle - face->FontSize / 2);
        draw_text_cut(list, {{left, top}, {right + 1, top + face->FontSize}}, face,
                      i == lit ? t.accent_text : t.text, label);
    }
}

void HeadMatrix::draw_key_labels(const HeadContext& context, const Layout& layout, int lit) {
    const UiRect& matrix = layout.matrix;
    if (layout.has_upright_keys) return draw_upright_key_labels(context, matrix, lit);
    const Theme& t = theme();
    const float cell = matrix.width() / (view_.col1 - view_.col0);
    const int first = std::max(0, static_cast<int>(view_.col0));
    const int end = std::min(context.n_keys(), static_cast<int>(std::ceil(view_.col1)));
    label_edges_.clear();
    for (int i = first; i <= end; ++i)
        label_edges_.push_back(matrix.min.x + (static_cast<float>(i) - view_.col0) * cell);
    label_colours_.assign(label_edges_.size(), t.muted);
    const UiRect band{{matrix.min.x, matrix.min.y - px(k_key_line)}, {matrix.max.x, matrix.min.y}};
    draw_token_row(*ImGui::GetWindowDrawList(), context.key_run(),
                   {first, label_edges_, tokens_per_label(cell)}, band, {{{lit, t.accent_text}}},
                   label_colours_);
}

/// Draws labels that run upwards: as many as there is room for, and always the lit one.
void HeadMatrix::draw_upright_key_labels(const HeadContext& context, const UiRect& matrix, int lit) const {
    const Theme& t = theme();
    const float cell = matrix.width() / (view_.col1 - view_.col0);
    const auto edge = [&](int i) { return matrix.min.x + (static_cast<float>(i) - view_.col0) * cell; };
    ImFont* regular = font(TextSize::small);
    const int every = std::max(1, static_cast<int>(std::ceil(regular->FontSize / cell)));
    const int end = std::min(context.n_keys(), static_cast<int>(std::ceil(view_.col1)));
    for (int i = std::max(0, static_cast<int>(view_.col0)); i < end; ++i) {
        if (!has_label(i, every, lit)) continue;
        const float middle = (edge(i) + edge(i + 1)) / 2;
        if (middle < matrix.min.x || middle > matrix.max.x) continue;
        draw_text_upwards(*ImGui::GetWindowDrawList(), i == lit ? font(TextSize::small, Face::bold) : regular,
                          {middle, matrix.min.y - px(6)}, px(k_key_margin - 8),
                          i == lit ? t.accent_text : t.text, short_label(context.key_run(), i));
    }
}

/// The legend, and the cell in focus in words.
void HeadMatrix::draw_caption(const HeadContext& context, const Layout& layout) {
    draw_legend(context, layout);
    const UiRect& caption = layout.caption;
    const auto cell = context.cell_in_focus();
    text_.clear();
    if (cell)
        context.write_cell(text_, *cell);
    else
        fmt::format_to(std::back_inserter(text_),
                       "Each row: how much a token listens to each column{}. Wheel: zoom, drag: pan.",
                       layout.has_caption_beside && !context.is_cross() ? "; hatched: masked" : "");
    const std::string_view words{text_.data(), text_.size()};
    const ImU32 ink = cell ? theme().text : theme().muted;
    if (!layout.has_caption_beside) {
        const float left = ImGui::GetItemRectMax().x + px(k_caption_gap);
        if (cell || measure(font(TextSize::small), words).x <= caption.max.x - left)
            draw_text_cut(*ImGui::GetWindowDrawList(), {{left, caption.min.y}, caption.max},
                          font(TextSize::small), ink, words);
        return;
    }
    ImGui::SetCursorScreenPos({caption.min.x, caption.min.y + px(24)});
    const FontScope scope(TextSize::small);
    ImGui::PushStyleColor(ImGuiCol_Text, ink);
    ImGui::PushTextWrapPos(caption.max.x - ImGui::GetWindowPos().x);
    ImGui::TextUnformatted(words.data(), words.data() + words.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), words, caption.width());
}

void HeadMatrix::draw_legend(const HeadContext& context, const Layout& layout) {
    least_.clear();
    greatest_.clear();
    if (context.view.shows_gradients()) {
        fmt::format_to(std::back_inserter(least_), "{:.2g}", -view_.scale.vmax);
        fmt::format_to(std::back_inserter(greatest_), "{:.2g}", view_.scale.vmax);
    } else if (context.shows_scores()) {
        const float largest = view_.scale.vmax;
        const int decimals = largest < 10 ? 2 : largest < 100 ? 1 : 0;
        fmt::format_to(std::back_inserter(least_), "{:.{}f}", -largest, decimals);
        fmt::format_to(std::back_inserter(greatest_), "{:.{}f}", largest, decimals);
    } else {
        least_.push_back('0');
        fmt::format_to(std::back_inserter(greatest_), "{:.3g}", view_.scale.vmax);
    }
    least_.push_back('\0');
    greatest_.push_back('\0');
    ImGui::SetCursorScreenPos(
        {layout.caption.min.x, layout.caption.min.y + (layout.has_caption_beside ? 0 : px(2))});
    colour_legend({context.shows_scores()  ? "score"
                   : context.shows_taken() ? "weight × |v|"
                                           : "weight",
                   least_.data(), greatest_.data(), !layout.has_caption_beside && !context.is_cross(),
                   context.shows_scores()  ? "attention score"
                   : context.shows_taken() ? "value-weighted attention"
                                           : "attention weight"},
                  view_.scale);
}

} // namespace gf::ui
