#include "app/panels/heads/head_matrix.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/view/cell_hands.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/rotated_text.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_query_margin = 72, k_key_margin = 72, k_key_line = 18, k_beside = 208, k_gap = 12;
constexpr float k_widest_aspect = 3, k_tallest_aspect = 1.15f;
constexpr float k_upright_from = 300;      ///< height of the area from which on key labels may run upwards
constexpr float k_level_from = 26;         ///< width of a cell from which on they need not
constexpr int k_cells_per_frame = 1 << 20; ///< sent to the card at most

} // namespace

/// Brings the card up to date, long texts over several frames.
void HeadMatrix::update(const HeadScene& scene) {
    const Snapshot& s = scene.snapshot;
    const Trace& trace = s.trace();
    if (trace_ != s.run().trace || by_source(site_) != scene.cross()) zoomed_ = false;
    if (trace_ != s.run().trace || head_ != scene.head || site_ != scene.site) {
        map_.clear();
        held_ = 0;
        trace_ = s.run().trace, head_ = scene.head, site_ = scene.site;
    }
    held_ = std::min(s.run().rows, held_ + std::max(1, k_cells_per_frame / trace.n_keys(scene.site)));
    if (held_ < s.run().rows) request_frame();
    map_.update({1, trace.capacity(), trace.n_keys(scene.site), PoolRule::magnitude}, held_,
                [&](int, int row) {
                    return scene.scores() ? score_cells(trace, scene.attention, scene.head, row)
                                          : weight_cells(trace, scene.attention, scene.head, row, marked_);
                });
}

void HeadMatrix::draw(const HeadScene& scene) {
    update(scene);
    const Shape at = shape(scene);
    if (at.matrix.width() < px(24) || at.matrix.height() < px(24)) return;
    choose_view(scene, at.matrix);
    const HeatMapPlace place{0, at.matrix};
    handle_mouse(scene, place);
    map_.draw(*ImGui::GetWindowDrawList(), {&place, 1}, view_);
    outline(scene, place);
    const auto cell = scene.cell_in_focus();
    draw_query_labels(scene, at.matrix,
                      cell ? cell->query : scene.selection.token_in_view(scene.n_queries()));
    draw_key_labels(scene, at,
                    cell            ? cell->key
                    : scene.cross() ? scene.selection.source_token.get().value_or(-1)
                                    : -1);
    draw_caption(scene, at);
}

/// Cells need not be square: a wide panel gives wide ones.
HeadMatrix::Shape HeadMatrix::shape(const HeadScene& scene) const {
    const UiRect& area = scene.area;
    Shape at;
    at.beside = area.width() > 2.2f * area.height() && area.width() > px(420);
    const float right = at.beside ? px(k_beside) + px(k_gap) : 0,
                below = at.beside ? 0 : HeadCaption::height() + px(4);
    const float left = std::min(px(k_query_margin), area.width() * 0.25f);
    const float room_x = area.width() - left - right;
    at.upright =
        area.height() > px(k_upright_from) && room_x / static_cast<float>(scene.n_keys()) < px(k_level_from);
    const float top = at.upright ? px(k_key_margin) : px(k_key_line);
    float width = room_x, height = area.height() - top - below;
    width = std::floor(std::min(width, height * k_widest_aspect));
    height = std::floor(std::min(height, width * k_tallest_aspect));
    const ImVec2 min{std::floor(area.min.x + left), std::floor(area.min.y + top)};
    at.matrix = {min, {min.x + width, min.y + height}};
    at.caption = at.beside ? UiRect{{at.matrix.max.x + px(k_gap), min.y}, area.max}
                           : UiRect{{area.min.x, at.matrix.max.y + px(4)},
                                    {area.max.x, at.matrix.max.y + px(4) + HeadCaption::height()}};
    return at;
}

/// The whole text, or what a person zoomed to, kept on the text.
void HeadMatrix::choose_view(const HeadScene& scene, const UiRect& matrix) {
    const auto n_rows = static_cast<float>(scene.n_queries()), n_cols = static_cast<float>(scene.n_keys());
    const HeatMapView fresh = themed_heat_map(scene.scores()); // the theme may have changed
    view_.look = fresh.look;
    view_.scale = fresh.scale;
    view_.scale.gamma = scene.scores() ? 1.0f : 0.5f;
    if (scene.scores())
        view_.scale.vmax =
            std::max(range_.upto(trace_, scene.attention, scene.head, scene.n_queries()), 1e-6f);
    view_.rows = scene.n_queries();
    view_.cols = scene.n_keys();
    if (!zoomed_) view_.row0 = view_.col0 = 0, view_.row1 = n_rows, view_.col1 = n_cols;
    const float rows = std::min(view_.row1 - view_.row0, n_rows),
                cols = std::min(view_.col1 - view_.col0, n_cols);
    view_.row1 = std::clamp(view_.row1, rows, n_rows);
    view_.col1 = std::clamp(view_.col1, cols, n_cols);
    view_.row0 = view_.row1 - rows;
    view_.col0 = view_.col1 - cols;
    const float cell = std::min(matrix.width() / cols, matrix.height() / rows);
    view_.look.gap_x = view_.look.gap_y = cell >= px(5) ? std::max(px(1), 1.0f) : 0;
    const auto in_a_pixel = [](float shown, float length) {
        return std::max(1, static_cast<int>(std::ceil(shown / length - 0.01f)));
    };
    pooled_ = {in_a_pixel(rows, matrix.height()), in_a_pixel(cols, matrix.width())};
    if (const HeatMaps* maps = map_.pooled())
        pooled_ = {std::max(pooled_.rows, maps->pooled_rows()), std::max(pooled_.cols, maps->pooled_cols())};
}

void HeadMatrix::handle_mouse(const HeadScene& scene, const HeatMapPlace& place) {
    ImGui::SetCursorScreenPos(place.rect.min);
    const bool pressed = ImGui::InvisibleButton("attention", {place.rect.width(), place.rect.height()});
    if (keyboard_is_on_last_item()) outline_precedent(*ImGui::GetWindowDrawList(), place.rect);
    if (!ImGui::IsItemHovered()) {
        const bool beside =
            ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(scene.area.min, scene.area.max);
        if (beside && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) zoomed_ = false;
        return;
    }
    if (navigate_heat_map(view_, place.rect))
        zoomed_ = view_.row1 - view_.row0 < static_cast<float>(view_.rows) ||
                  view_.col1 - view_.col0 < static_cast<float>(view_.cols);
    const auto hit = heat_map_cell_at({&place, 1}, view_, ImGui::GetMousePos());
    if (hit) {
        const AttentionCell cell{hit->row, hit->col};
        scene.point_at(cell);
        if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
            scene.edit(cell);
        else if (clicked_without_drag(pressed))
            scene.pin(cell);
    }
}

/// Where cells [row0, row1) x [col0, col1) are, as far as they are in view; large enough to be seen.
UiRect HeadMatrix::range_rect(const HeatMapPlace& place, int row0, int row1, int col0, int col1) const {
    const UiRect first = heat_map_cell_rect(place, view_, row0, col0),
                 last = heat_map_cell_rect(place, view_, row1 - 1, col1 - 1);
    UiRect r{{std::max(first.min.x, place.rect.min.x), std::max(first.min.y, place.rect.min.y)},
             {std::min(last.max.x, place.rect.max.x), std::min(last.max.y, place.rect.max.y)}};
    if (r.width() < 0 || r.height() < 0) return {};
    const float grow_x = std::max(0.0f, px(3) - r.width()) / 2,
                grow_y = std::max(0.0f, px(3) - r.height()) / 2;
    return {{r.min.x - grow_x, r.min.y - grow_y}, {r.max.x + grow_x, r.max.y + grow_y}};
}

/// What is in focus, what it is computed from, what it feeds; and what is edited.
void HeadMatrix::outline(const HeadScene& scene, const HeatMapPlace& place) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n = scene.n_queries(), n_keys = scene.n_keys();
    const auto mark = [&](const std::vector<CellRange>& ranges, auto put) {
        for (const CellRange& r : ranges) {
            const AttentionPart part = attention_part(r, scene.snapshot, scene.attention, scene.head);
            const auto [row0, row1] = part.queries;
            const auto [col0, col1] = part.keys;
            if (part.cells && row0 < row1 && col0 < col1) {
                if (const UiRect at = range_rect(place, row0, row1, col0, col1); at.width() > 0)
                    put(list, at);
            } else if (row0 < row1) { // q or z: at the queries' labels
                if (const UiRect at = range_rect(place, row0, row1, 0, n_keys); at.width() > 0)
                    put(list,
                        UiRect{{scene.area.min.x + px(1), at.min.y}, {place.rect.min.x - px(2), at.max.y}});
            } else if (col0 < col1) { // k or v: at the keys' labels
                if (const UiRect at = range_rect(place, 0, n, col0, col1); at.width() > 0)
                    put(list,
                        UiRect{{at.min.x, scene.area.min.y + px(1)}, {at.max.x, place.rect.min.y - px(2)}});
            }
        }
    };
    mark(scene.selection.precedents, outline_precedent);
    mark(scene.selection.dependents, outline_dependent);
    const auto focus = [&](const std::optional<AttentionCell>& cell) {
        if (!cell || cell->query >= n || cell->key >= n_keys) return;
        const UiRect at = range_rect(place, cell->query, cell->query + 1, cell->key, cell->key + 1);
        if (at.width() > 0) outline_focus(list, at);
    };
    focus(attention_cell(scene.selection.pinned_cell, scene.attention, scene.head));
    focus(attention_cell(scene.selection.cell.get(), scene.attention, scene.head));
    scene.each_edit([&](const AttentionCell& cell) {
        const UiRect at = range_rect(place, cell.query, cell.query + 1, cell.key, cell.key + 1);
        if (at.width() > 0) put_edit_mark(list, at.min, at.max, scene.snapshot.edits_on);
    });
}

/// Down the left side, as many as there is room for; the lit one always.
void HeadMatrix::draw_query_labels(const HeadScene& scene, const UiRect& matrix, int lit) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Theme& t = theme();
    ImFont* face = font(TextSize::small);
    const float cell = matrix.height() / (view_.row1 - view_.row0), right = matrix.min.x - px(6);
    const int every = std::max(1, static_cast<int>(std::ceil(face->FontSize / cell)));
    const int end = std::min(scene.n_queries(), static_cast<int>(std::ceil(view_.row1)));
    for (int i = std::max(0, static_cast<int>(view_.row0)); i < end; ++i) {
        const bool is_lit = i == lit;
        if (!is_lit && (i % every != 0 || (lit >= 0 && std::abs(i - lit) < every))) continue;
        const float middle = matrix.min.y + (static_cast<float>(i) + 0.5f - view_.row0) * cell;
        if (middle < matrix.min.y || middle > matrix.max.y) continue;
        ImFont* f = is_lit ? font(TextSize::small, Face::bold) : face;
        const std::string_view label = short_label(scene.snapshot.run(), i);
        const float left = std::max(scene.area.min.x, right - std::ceil(measure(f, label).x));
        const float top = std::floor(middle - f->FontSize / 2);
        put_text_cut(list, {{left, top}, {right + 1, top + f->FontSize}}, f, is_lit ? t.accent_text : t.text,
                     label);
    }
}

void HeadMatrix::draw_key_labels(const HeadScene& scene, const Shape& at, int lit) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Theme& t = theme();
    const RunView& run = scene.keys();
    const float cell = at.matrix.width() / (view_.col1 - view_.col0);
    const int first = std::max(0, static_cast<int>(view_.col0));
    const int end = std::min(scene.n_keys(), static_cast<int>(std::ceil(view_.col1)));
    const auto edge = [&](int i) { return at.matrix.min.x + (static_cast<float>(i) - view_.col0) * cell; };
    if (!at.upright) {
        edges_.clear();
        for (int i = first; i <= end; ++i) edges_.push_back(edge(i));
        inks_.assign(edges_.size(), t.muted);
        const UiRect band{{at.matrix.min.x, at.matrix.min.y - px(k_key_line)},
                          {at.matrix.max.x, at.matrix.min.y}};
        put_token_row(list, run, {first, edges_, tokens_per_label(cell)}, band, {{{lit, t.accent_text}}},
                      inks_);
        return;
    }
    ImFont* face = font(TextSize::small);
    const int every = std::max(1, static_cast<int>(std::ceil(face->FontSize / cell)));
    for (int i = first; i < end; ++i) {
        const bool is_lit = i == lit;
        if (!is_lit && (i % every != 0 || (lit >= 0 && std::abs(i - lit) < every))) continue;
        const float middle = (edge(i) + edge(i + 1)) / 2;
        if (middle < at.matrix.min.x || middle > at.matrix.max.x) continue;
        const std::string_view label = short_label(run, i);
        add_text_upwards(list, is_lit ? font(TextSize::small, Face::bold) : face,
                         {middle, at.matrix.min.y - px(6)}, px(k_key_margin - 8),
                         is_lit ? t.accent_text : t.text, label);
    }
}

/// The legend, and the cell in focus in words.
void HeadMatrix::draw_caption(const HeadScene& scene, const Shape& at) {
    least_.clear();
    greatest_.clear();
    if (scene.scores()) {
        const int digits = view_.scale.vmax < 10 ? 2 : view_.scale.vmax < 100 ? 1 : 0;
        fmt::format_to(std::back_inserter(least_), "{:.{}f}", -view_.scale.vmax, digits);
        fmt::format_to(std::back_inserter(greatest_), "{:.{}f}", view_.scale.vmax, digits);
    } else {
        least_.push_back('0');
        greatest_.push_back('1');
    }
    least_.push_back('\0');
    greatest_.push_back('\0');
    ImGui::SetCursorScreenPos({at.caption.min.x, at.caption.min.y + (at.beside ? 0 : px(2))});
    colour_legend(
        {scene.scores() ? "score" : "weight", least_.data(), greatest_.data(), !at.beside && !scene.cross()},
        view_.scale);
    text_.clear();
    auto out = std::back_inserter(text_);
    if (const auto cell = scene.cell_in_focus())
        say_cell(text_, scene.snapshot, scene.attention, scene.head, *cell);
    else
        fmt::format_to(out, "Rows are queries, columns {}{}. Wheel: zoom, drag: pan.",
                       scene.cross() ? "the source" : "keys",
                       at.beside && !scene.cross() ? ", hatched: masked" : "");
    const std::string_view words{text_.data(), text_.size()};
    const ImU32 ink = scene.cell_in_focus() ? theme().text : theme().muted;
    if (!at.beside) {
        const float left = ImGui::GetItemRectMax().x + px(k_gap);
        if (scene.cell_in_focus() || measure(font(TextSize::small), words).x <= at.caption.max.x - left)
            put_text_cut(*ImGui::GetWindowDrawList(), {{left, at.caption.min.y}, at.caption.max},
                         font(TextSize::small), ink, words);
        return;
    }
    ImGui::SetCursorScreenPos({at.caption.min.x, at.caption.min.y + px(24)});
    const FontScope scope(TextSize::small);
    ImGui::PushStyleColor(ImGuiCol_Text, ink);
    ImGui::PushTextWrapPos(at.caption.max.x - ImGui::GetWindowPos().x);
    ImGui::TextUnformatted(words.data(), words.data() + words.size());
    ImGui::PopTextWrapPos();
    ImGui::PopStyleColor();
    record_text(ImGui::GetFont(), ImGui::GetItemRectMin(), words, at.caption.width());
}

} // namespace gf::ui
