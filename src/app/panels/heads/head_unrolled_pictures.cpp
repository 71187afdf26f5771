// The pictures of a head unrolled: matrices with their labels, and the values with the ribbons between them.

#include "app/host/keyboard.h"
#include "app/panels/heads/head_unrolled_frame.h"
#include "app/view/cell_edits.h"
#include "app/view/token_row.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/rotated_text.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr float k_keys_of_values = 50; ///< labels of keys before V, in design lengths
constexpr float k_least_ribbon_weight = 0.01f;

/// How many tokens share a line of labels, where each token has `size` pixels.
int tokens_per_line(float size) {
    return std::max(1, static_cast<int>(std::ceil(font(TextSize::small)->FontSize / size)));
}

} // namespace

void HeadUnrolled::draw_matrix(const Frame& f, const StageBox& box) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const AttentionStage stage = *box.stage;
    HeadContext context = f.context; // its cells are weights or scores, whichever the stage is nearer to
    const ScoreAndPatternSites sites = score_and_pattern_sites(context.attention);
    context.site = are_weights(stage) ? sites.pattern : sites.scores;
    const auto& block = window_.block();
    const UnrolledWindow::Picture picture = window_.picture(stage, box.rect);
    ImGui::SetCursorScreenPos(box.rect.min);
    char item[40];
    *fmt::format_to_n(item, sizeof item - 1, "{} cells", name(box.kind)).out = 0;
    const bool pressed = ImGui::InvisibleButton(item, box.rect.size());
    if (keyboard_is_on_last_item()) outline_precedent(list, box.rect);
    if (ImGui::IsItemHovered()) {
        window_.navigate(box.rect);
        if (const auto hit = heat_map_cell_at({&picture.place, 1}, picture.view, ImGui::GetMousePos())) {
            const AttentionCell cell{hit->row + block.query_begin, hit->col + block.column_begin};
            context.point_at(cell);
            if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
                context.ask_for_value(cell);
            else if (clicked_without_drag(pressed))
                context.toggle_pin(cell);
        }
    }
    picture.draw();
    draw_cell_numbers(
        list, picture.place, picture.view,
        [&](int row, int column) {
            return window_.value(stage, {row + block.query_begin, column + block.column_begin});
        },
        are_weights(stage));
    draw_matrix_outlines(f, picture);
    draw_key_labels(f, box.rect);
}

/// The row in focus, its cell, and the marks of edits.
void HeadUnrolled::draw_matrix_outlines(const Frame& f, const UnrolledWindow::Picture& p) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto& block = window_.block();
    const UiRect& rect = p.place.rect;
    list.PushClipRect(rect.grown(px(2)).min, rect.grown(px(2)).max, true);
    if (window_.holds_query(f.focus.query)) {
        const int row = f.focus.query - block.query_begin;
        const UiRect first = heat_map_cell_rect(p.place, p.view, row, 0);
        list.AddRect({rect.min.x, first.min.y - 1}, {rect.max.x, first.max.y + 1}, theme().accent, px(2), 0,
                     px(1));
        if (window_.holds_key(f.focus.key))
            outline_focus(list, heat_map_cell_rect(p.place, p.view, row, f.focus.key - block.column_begin));
    }
    f.context.for_each_edit([&](const AttentionCell& cell) {
        if (!window_.holds(cell)) return;
        const UiRect at = heat_map_cell_rect(p.place, p.view, cell.query - block.query_begin,
                                             cell.key - block.column_begin);
        draw_edit_mark(list, at.min, at.max, f.context.view.snapshot.edits_on);
    });
    list.PopClipRect();
}

/// V on the left, z on the right, and between them how much of each value goes into the row in focus.
void HeadUnrolled::draw_values(const Frame& f, const StageBox& box) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const bool has_labels = box.rect.width() >= px(150);
    const float labels = has_labels ? px(k_keys_of_values) : 0, strip = (box.rect.width() - labels) * 0.36f;
    const UiRect values{{box.rect.min.x + labels, box.rect.min.y},
                        {box.rect.min.x + labels + strip, box.rect.max.y}},
        mixed{{box.rect.max.x - strip, box.rect.min.y}, box.rect.max};
    const auto& block = window_.block();
    const bool cross = f.context.is_cross();
    const UnrolledWindow::Picture v = window_.picture_of_values(values), z = window_.picture_of_mixed(mixed);
    handle_vectors(f, v, "V cells", cross ? Site::cross_v : Site::v, block.column_begin,
                   f.context.head.head / f.context.view.config().group_size());
    handle_vectors(f, z, "z cells", cross ? Site::cross_z : Site::z, block.query_begin, f.context.head.head);
    v.draw();
    z.draw();
    draw_ribbons(f, values, mixed);
    ImFont* small = font(TextSize::small);
    const auto caption = [&](float left, float right, std::string_view text) {
        draw_text_cut(list, {{left, values.min.y - px(18)}, {right, values.min.y - px(2)}}, small,
                      t.ink(ColourRole::value), text);
    };
    char room[24];
    const char* end = fmt::format_to_n(room, sizeof room, "V, {} a row", f.context.view.config().d_head).out;
    caption(values.min.x, mixed.min.x - px(4), {room, static_cast<std::size_t>(end - room)});
    caption(mixed.min.x, mixed.max.x + 1, "z");
    const auto outline_row = [&](const UnrolledWindow::Picture& p, int row) {
        const UiRect cell = heat_map_cell_rect(p.place, p.view, row, 0);
        list.PushClipRect(p.place.rect.grown(px(2)).min, p.place.rect.grown(px(2)).max, true);
        outline_focus(list, {{p.place.rect.min.x, cell.min.y}, {p.place.rect.max.x, cell.max.y}});
        list.PopClipRect();
    };
    if (window_.holds_key(f.focus.key)) outline_row(v, f.focus.key - block.column_begin);
    if (window_.holds_query(f.focus.query)) outline_row(z, f.focus.query - block.query_begin);
    if (!has_labels) return;
    const int every = tokens_per_line(window_.key_size(values.height()));
    for (int key = block.column_begin; key < block.column_end; ++key) {
        if (!has_label(key, every, f.focus.key)) continue;
        const float middle = window_.middle_of_key(key, values.min.y, values.height());
        if (middle < values.min.y || middle > values.max.y) continue;
        const std::string_view label = short_label(f.context.key_run(), key);
        const float left =
            std::max(box.rect.min.x, values.min.x - px(4) - std::ceil(measure(small, label).x));
        draw_text_cut(
            list,
            {{left, middle - small->FontSize / 2}, {values.min.x - px(2), middle + small->FontSize / 2}},
            small, key == f.focus.key ? t.accent_text : t.ink(ColourRole::key), label);
    }
}

/// As thick as the weight.
void HeadUnrolled::draw_ribbons(const Frame& f, const UiRect& values, const UiRect& mixed) const {
    if (!window_.holds_query(f.focus.query)) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const ImU32 colour = theme().fill(ColourRole::value);
    const auto& block = window_.block();
    const float y1 = window_.middle_of_query(f.focus.query, mixed.min.y, mixed.height());
    const float thickest =
        std::min({px(22), window_.query_size(mixed.height()), window_.key_size(values.height())});
    const float x0 = values.max.x + px(2), x1 = mixed.min.x - px(2), bend = (x1 - x0) / 2;
    for (int key = block.column_begin; key < block.column_end; ++key) {
        const float weight = std::min(window_.value(AttentionStage::weights, {f.focus.query, key}), 1.0f);
        if (!(weight >= k_least_ribbon_weight)) continue; // true of NaN, too
        const float y0 = window_.middle_of_key(key, values.min.y, values.height());
        list.AddBezierCubic({x0, y0}, {x0 + bend, y0}, {x1 - bend, y1}, {x1, y1},
                            with_alpha(colour, 0.25f + 0.75f * weight), std::max(1.0f, thickest * weight));
    }
}

void HeadUnrolled::handle_vectors(const Frame& f, const UnrolledWindow::Picture& p, const char* item,
                                  Site site, int first_row, int head) const {
    ImGui::SetCursorScreenPos(p.place.rect.min);
    const bool pressed = ImGui::InvisibleButton(item, p.place.rect.size());
    if (keyboard_is_on_last_item()) outline_precedent(*ImGui::GetWindowDrawList(), p.place.rect);
    if (!ImGui::IsItemHovered()) return;
    const auto hit = heat_map_cell_at({&p.place, 1}, p.view, ImGui::GetMousePos());
    if (!hit) return;
    const HeadContext& c = f.context;
    const CellRef cell = c.view.cell(site, c.head.layer, head, hit->row + first_row, hit->col);
    c.selection.cell.set(cell);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        c.commands.post(command::AskValue{c.view.address(cell)});
    else if (pressed)
        c.commands.post(c.selection.pinned_cell == cell ? command::PinCell{}
                                                        : command::PinCell{c.view.address(cell)});
}

/// Down the left side of the pictures: as many as there is room for, and always the one in focus.
void HeadUnrolled::draw_query_labels(const Frame& f) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* face = font(TextSize::small);
    const UiRect& area = f.labels;
    const auto& block = window_.block();
    const int every = tokens_per_line(window_.query_size(area.height()));
    for (int q = block.query_begin; q < block.query_end; ++q) {
        if (!has_label(q, every, f.focus.query)) continue;
        const float middle = window_.middle_of_query(q, area.min.y, area.height());
        if (middle < area.min.y || middle > area.max.y) continue;
        ImFont* bold = q == f.focus.query ? font(TextSize::small, Face::bold) : face;
        const std::string_view label = short_label(f.context.view.run, q);
        const float left = std::max(area.min.x, area.max.x - std::ceil(measure(bold, label).x));
        draw_text_cut(list,
                      {{left, middle - face->FontSize / 2}, {area.max.x + 1, middle + face->FontSize / 2}},
                      bold, q == f.focus.query ? t.accent_text : t.ink(ColourRole::query), label);
    }
    const float line = face->FontSize + px(2);
    const auto meaning = [&](std::string_view words, ImU32 ink, float bottom) {
        const float left = std::max(area.min.x, area.max.x - std::ceil(measure(face, words).x));
        draw_text_cut(list, {{left, bottom - line}, {area.max.x + 1, bottom}}, face, ink, words);
    };
    meaning("key →", t.ink(ColourRole::key), area.min.y - line);
    meaning("query ↓", t.ink(ColourRole::query), area.min.y);
}

/// Slanted above a matrix.
void HeadUnrolled::draw_key_labels(const Frame& f, const UiRect& matrix) const {
    const Theme& t = theme();
    ImFont* face = font(TextSize::small);
    const auto& block = window_.block();
    const int every = tokens_per_line(window_.key_size(matrix.width()));
    for (int key = block.column_begin; key < block.column_end; ++key) {
        if (!has_label(key, every, f.focus.key)) continue;
        const float middle = window_.middle_of_key(key, matrix.min.x, matrix.width());
        if (middle < matrix.min.x || middle > matrix.max.x) continue;
        draw_text_slanted(*ImGui::GetWindowDrawList(),
                          key == f.focus.key ? font(TextSize::small, Face::bold) : face,
                          {middle, matrix.min.y - px(6)}, px(k_key_margin_unrolled) * 1.2f, 55,
                          key == f.focus.key ? t.accent_text : t.ink(ColourRole::key),
                          short_label(f.context.key_run(), key));
    }
}

} // namespace gf::ui
