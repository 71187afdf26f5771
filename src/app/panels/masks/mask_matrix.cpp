#include "app/panels/masks/mask_matrix.h"

#include "app/host/keyboard.h"
#include "app/panels/masks/mask_marks.h"
#include "app/view/token_row.h"
#include "app/widgets/cell_numbers.h"
#include "app/widgets/focus_outline.h"
#include "app/widgets/rotated_text.h"
#include "core/formula/formula.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_query_margin = 74, k_key_margin = 52, k_least_row = 5;
constexpr float k_key_angle = 58; ///< degrees at which the labels of keys run upwards

bool is_down(ImGuiKey key) { return ImGui::IsKeyPressed(key, false); }

} // namespace

void MaskMatrix::upload(const MaskCase& c) {
    const View& v = c.view;
    if (uploaded_.lock() != v.run.trace || uploaded_head_ != c.head) {
        map_.clear();
        n_uploaded_rows_ = 0;
        uploaded_ = v.run.trace;
        uploaded_head_ = c.head;
    }
    RunView values = v.values; // weights, whatever the other panels show of the run
    values.quantity = Quantity::value;
    const SiteValues pattern = values.values({Site::pattern, c.head.layer});
    n_uploaded_rows_ = std::max(n_uploaded_rows_, pattern.rows());
    map_.update({1, v.trace().capacity(), v.trace().n_keys(), PoolRule::magnitude}, n_uploaded_rows_,
                [&](int, int row) { return pattern.row(c.head.head, row, row_); });
}

void MaskMatrix::choose_view(const MaskCase& c) {
    const auto n = static_cast<float>(c.n());
    const HeatMapView themed = themed_heat_map(false);
    view_.look = themed.look;
    view_.scale = themed.scale;
    view_.scale.gamma = 0.5f;
    if (view_.rows != c.n()) zoomed_ = false;
    view_.rows = view_.cols = c.n();
    if (!zoomed_) view_.row0 = view_.col0 = 0, view_.row1 = view_.col1 = n;
    const float cell = place_.rect.height() / (view_.row1 - view_.row0);
    view_.look.gap_x = view_.look.gap_y = cell >= px(k_least_row) ? std::max(px(1), 1.0f) : 0;
}

void MaskMatrix::draw(const MaskCase& c, const PaintOptions& options, const UiRect& area,
                      Selection& selection, Commands& commands) {
    place_.rect = {{area.min.x + px(k_query_margin), area.min.y + px(k_key_margin)}, area.max};
    if (place_.rect.width() < px(24) || place_.rect.height() < px(24)) return;
    upload(c);
    choose_view(c);
    ImGui::SetCursorScreenPos(place_.rect.min);
    const ButtonItem item = button_item("cells of the mask", {place_.rect.width(), place_.rect.height()});
    handle_mouse(c, options, item, selection, commands);
    handle_keys(c, options, item, selection, commands);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    map_.draw(list, {&place_, 1}, view_);
    list.PushClipRect(place_.rect.min, place_.rect.max, true);
    draw_paint(c);
    draw_numbers(c, options.shows_scores);
    draw_empty_rows(c);
    draw_stroke();
    list.PopClipRect();
    draw_focus(c, selection);
    draw_labels(c, area, selection);
    draw_focus_ring(item, px(2));
}

/// The mouse paints. A cell that is seen is hidden, and so is all that the stroke covers; the other way round
/// where it begins on a hidden one. Alt gives cells back, Shift pans, the wheel zooms.
void MaskMatrix::handle_mouse(const MaskCase& c, const PaintOptions& options, const ButtonItem& item,
                              Selection& selection, Commands& commands) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool pans = io.KeyShift && !brush_.is_down();
    if ((item.hovered && io.MouseWheel != 0) || (item.held && pans))
        zoomed_ = navigate_heat_map(view_, place_.rect) ? view_.row1 - view_.row0 < static_cast<float>(c.n())
                                                        : zoomed_;
    const auto hit = heat_map_cell_at({&place_, 1}, view_, io.MousePos);
    if (brush_.is_down() && !ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
        MaskStroke stroke = brush_.lift();
        stroke.layers = options.scope.layers, stroke.heads = options.scope.heads;
        commands.post(command::PaintMask{std::move(stroke)});
        return;
    }
    if (!hit || (!item.hovered && !brush_.is_down())) return;
    const AttentionCell cell{hit->row, hit->col};
    const bool is_visible = c.mask().visible(cell.query, cell.key);
    if (item.held && ImGui::IsMouseClicked(ImGuiMouseButton_Left) && !pans)
        brush_.begin(options.shape, cell, !is_visible, io.KeyAlt);
    else if (brush_.is_down())
        brush_.move_to(cell);
    selection.cell.set(as_cell_ref(c.view, is_visible ? Site::pattern : Site::attn_scores, c.head, cell));
    selection.token.set(cell.query);
}

/// The cell that keys paint: the one in focus, else the last row's own.
AttentionCell MaskMatrix::cursor(const MaskCase& c, const Selection& selection) const {
    const auto cell = as_attention_cell(c.view, selection.focus(), Attention::self, c.head);
    const int last = c.n() - 1;
    return cell && cell->query <= last && cell->key <= last ? *cell : AttentionCell{last, last};
}

void MaskMatrix::paint_by_key(const MaskCase& c, BrushShape shape, const PaintOptions& options, bool erase,
                              const AttentionCell& at, Commands& commands) {
    MaskBrush brush;
    brush.begin(shape, at, !c.mask().visible(at.query, at.key), erase);
    MaskStroke stroke = brush.lift();
    stroke.layers = options.scope.layers, stroke.heads = options.scope.heads;
    commands.post(command::PaintMask{std::move(stroke)});
}

/// Alt+arrows move the cell in focus, Enter paints it, R and C its row and column, Delete gives it back.
void MaskMatrix::handle_keys(const MaskCase& c, const PaintOptions& options, const ButtonItem& item,
                             const Selection& selection, Commands& commands) {
    const ImGuiIO& io = ImGui::GetIO();
    const bool is_here = item.focused_by_key || item.hovered || ImGui::IsWindowFocused();
    if (!is_here || io.WantTextInput || brush_.is_down() || (keyboard_is_taken() && !item.focused_by_key))
        return;
    const AttentionCell at = cursor(c, selection);
    if (io.KeyAlt && !io.KeyCtrl && !io.KeyShift) {
        const auto [down, right] = alt_arrow_step();
        const AttentionCell to{std::clamp(at.query + down, 0, c.n() - 1),
                               std::clamp(at.key + right, 0, c.n() - 1)};
        if (item.focused_by_key) keep_alt_arrows();
        if (to == at) return;
        const bool is_visible = c.mask().visible(to.query, to.key);
        commands.post(command::PinCell{
            c.view.address(as_cell_ref(c.view, is_visible ? Site::pattern : Site::attn_scores, c.head, to))});
        return;
    }
    if (io.KeyCtrl || io.KeyShift || io.KeyAlt) return;
    if (!item.focused_by_key && !selection.focus()) return; // nothing says which cell is meant
    const bool enters = item.focused_by_key ? item.pressed_by_key : is_down(ImGuiKey_Enter);
    if (enters) paint_by_key(c, BrushShape::cell, options, false, at, commands);
    if (is_down(ImGuiKey_R)) paint_by_key(c, BrushShape::row, options, false, at, commands);
    if (is_down(ImGuiKey_C)) paint_by_key(c, BrushShape::column, options, false, at, commands);
    if (is_down(ImGuiKey_Delete)) paint_by_key(c, BrushShape::cell, options, true, at, commands);
}

std::optional<AttentionCell> MaskMatrix::hidden_cell_in_focus(const MaskCase& c,
                                                              const Selection& selection) const {
    if (brush_.is_down()) return std::nullopt;
    const auto cell = as_attention_cell(c.view, selection.focus(), Attention::self, c.head);
    const bool is_in_view = cell && cell->query < c.n() && cell->key < c.n();
    return is_in_view && !c.mask().visible(cell->query, cell->key) ? cell : std::nullopt;
}

UiRect MaskMatrix::rect_of(const PaintedCells& p) const {
    const auto end = [](int e, int n) { return e < 0 ? n : std::min(e, n); };
    const int row_end = end(p.rows[1], view_.rows), key_end = end(p.keys[1], view_.cols);
    if (p.rows[0] >= row_end || p.keys[0] >= key_end) return {};
    return {heat_map_cell_rect(place_, view_, p.rows[0], p.keys[0]).min,
            heat_map_cell_rect(place_, view_, row_end - 1, key_end - 1).max};
}

void MaskMatrix::draw_paint(const MaskCase& c) const {
    for (const MaskRule& rule : c.rules()) {
        if (!names(rule.layers, c.head.layer) || !names(rule.heads, c.head.head)) continue;
        for (const PaintedCells& cells : rule.painted) {
            const UiRect rect = rect_of(cells);
            if (rect.width() > 0) mark_paint(*ImGui::GetWindowDrawList(), rect, cells.visible);
        }
    }
}

void MaskMatrix::draw_stroke() const {
    if (!brush_.is_down()) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    for (const PaintedCells& cells : brush_.cells()) {
        const UiRect rect = rect_of(cells);
        if (brush_.erases())
            outline_dependent(list, rect);
        else
            mark_paint(list, rect, brush_.shows());
    }
}

/// Weights, and on demand the scores that hidden cells would have had.
void MaskMatrix::draw_numbers(const MaskCase& c, bool shows_scores) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const SiteValues pattern = c.view.run.view().values({Site::pattern, c.head.layer});
    draw_cell_numbers(
        list, place_, view_, [&](int row, int key) { return pattern.at(c.head.head, row, key); }, true);
    if (!shows_scores || !has_cell_numbers(place_, view_)) return;
    if (scored_.lock() != c.view.run.trace || scored_head_ != c.head || n_scored_ != c.n()) {
        scored_ = c.view.run.trace, scored_head_ = c.head, n_scored_ = c.n();
        scores_.assign(static_cast<std::size_t>(c.n()) * static_cast<std::size_t>(c.n()), NAN);
        for (int row = 0, i = 0; row < c.n(); ++row)
            for (int key = 0; key < c.n(); ++key, ++i)
                if (!c.mask().visible(row, key))
                    scores_[static_cast<std::size_t>(i)] = static_cast<float>(score_without_mask(
                        c.view.trace(), as_cell_ref(c.view, Site::attn_scores, c.head, {row, key})));
    }
    ImFont* face = font(TextSize::small, Face::mono);
    char room[16];
    for (int row = 0, i = 0; row < c.n(); ++row)
        for (int key = 0; key < c.n(); ++key, ++i) {
            const float score = scores_[static_cast<std::size_t>(i)];
            if (std::isnan(score)) continue;
            const UiRect cell = heat_map_cell_rect(place_, view_, row, key);
            const auto end = fmt::format_to_n(room, sizeof room, "{:.1f}", score).out;
            const std::string_view text(room, static_cast<std::size_t>(end - room));
            if (measure(face, text).x <= cell.width())
                draw_text_centred(list, cell, face, theme().muted, text);
        }
}

/// A row that may see nothing gets nothing from the head, and says so.
void MaskMatrix::draw_empty_rows(const MaskCase& c) const {
    ImFont* face = font(TextSize::small);
    for (int row = 0; row < c.n(); ++row) {
        if (c.mask().keys(row).size() > 0) continue;
        const UiRect first = heat_map_cell_rect(place_, view_, row, 0),
                     last = heat_map_cell_rect(place_, view_, row, c.n() - 1);
        if (first.height() < face->FontSize - px(3)) continue;
        const std::string_view words = "may look at nothing: all its weights are 0";
        const float width = measure(face, words).x + px(12);
        const float left = std::max(first.min.x, (first.min.x + last.max.x - width) / 2);
        const UiRect box{{left, first.min.y}, {std::min(left + width, last.max.x), first.max.y}};
        draw_fill(*ImGui::GetWindowDrawList(), box, theme().panel, px(3));
        draw_text_cut(*ImGui::GetWindowDrawList(), {{box.min.x + px(6), box.min.y}, box.max}, face,
                      theme().accent_text, words);
    }
}

void MaskMatrix::draw_focus(const MaskCase& c, const Selection& selection) const {
    const auto cell = as_attention_cell(c.view, selection.focus(), Attention::self, c.head);
    if (!cell || cell->query >= c.n() || cell->key >= c.n()) return;
    outline_focus(*ImGui::GetWindowDrawList(), heat_map_cell_rect(place_, view_, cell->query, cell->key));
}

void MaskMatrix::draw_labels(const MaskCase& c, const UiRect& area, const Selection& selection) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const auto focus = as_attention_cell(c.view, selection.focus(), Attention::self, c.head);
    const int lit_row = focus ? focus->query : selection.token_in_view(c.n()),
              lit_key = focus ? focus->key : -1;
    ImFont* regular = font(TextSize::small);
    ImFont* bold = font(TextSize::small, Face::bold);
    const float row_height = place_.rect.height() / (view_.row1 - view_.row0),
                column_width = place_.rect.width() / (view_.col1 - view_.col0);
    const auto every = [&](float length) {
        return std::max(1, static_cast<int>(std::ceil((regular->FontSize - px(2)) / length)));
    };
    const auto is_labelled = [](int token, int step, int lit) {
        return token == lit || (token % step == 0 && (lit < 0 || std::abs(token - lit) >= step));
    };
    for (int token = 0; token < c.n(); ++token) {
        const UiRect cell = heat_map_cell_rect(place_, view_, token, token);
        const bool row_is_lit = token == lit_row, key_is_lit = token == lit_key;
        const float y = cell.center().y, x = cell.center().x;
        if (y > place_.rect.min.y && y < place_.rect.max.y &&
            is_labelled(token, every(row_height), lit_row)) {
            ImFont* face = row_is_lit ? bold : regular;
            const float room = place_.rect.min.x - px(6) - area.min.x,
                        width = std::min(room, std::ceil(measure(face, c.label(token)).x));
            draw_text_cut(
                list,
                {{place_.rect.min.x - px(6) - width, y - px(8)}, {place_.rect.min.x - px(5), y + px(8)}},
                face, row_is_lit ? t.accent_text : t.text, c.label(token));
        }
        if (x > place_.rect.min.x && x < place_.rect.max.x &&
            is_labelled(token, every(column_width), lit_key))
            draw_text_slanted(list, key_is_lit ? bold : regular, {x, place_.rect.min.y - px(5)},
                              px(k_key_margin), k_key_angle, key_is_lit ? t.accent_text : t.text,
                              c.label(token));
    }
}

} // namespace gf::ui
