#include "app/panels/flow/flow_panel.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/panels/flow/flow_cards.h"
#include "app/panels/flow/flow_maps.h"
#include "app/panels/flow/flow_picture.h"
#include "app/panels/flow/flow_words.h"
#include "app/view/next_draw.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

constexpr float k_readable_row = 14, k_highest_row = 30, k_fewest_rows = 24, k_header = 46, k_legend = 26,
                k_labels = 80, k_source_labels = 16, k_least_with_card = 560;
constexpr float k_least_rows = 4;
constexpr float k_weight_legend = 240,
                k_plain_legend = 170; ///< design lengths, with and without what masked is

class FlowPanel : public Panel {
  public:
    const char* title() const override { return "Flow"; }
    const char* about() const override { return "from tokens to the next token through every layer"; }
    void draw(const Snapshot& snapshot, Selection& selection, Commands& commands) override;
    std::vector<PanelOption> options() const override { return {{"rows", {"readable", "all"}}}; }
    void choose(std::string_view, std::string_view value) override {
        rows_shown_ = value == "all" ? 1e9f : 0;
    }

  private:
    void place_rows(int cursor);
    void navigate_rows(int cursor, bool cells = false);
    void draw_headers(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void draw_heads(const Snapshot& snapshot, Selection& selection, Commands& commands);
    void point_at(const FlowColumn& column, const Snapshot& snapshot, Selection& selection,
                  Commands& commands);
    void point_at_layer(const FlowColumn& column, const Snapshot& snapshot, Selection& selection,
                        Commands& commands);
    void point_at_tokens(const Snapshot& snapshot, Selection& selection, Commands& commands);
    int row_under_mouse(int cursor) const;
    void draw_source_labels(const Snapshot& snapshot, const Selection& selection);
    void draw_legend();

    FlowLayout layout_;
    FlowColumns columns_;
    FlowMaps maps_;
    FlowCards cards_;
    StreamMeasures measures_;
    std::vector<float> edges_; ///< of source tokens below their matrix
    std::vector<ImU32> inks_;
    float rows_shown_ = 0; ///< 0: as many as are readable
    float last_row_ = -1;  ///< at the bottom; -1: the newest
    Glide head_mark_;
    fmt::memory_buffer text_;
};

/// Which rows are between top and bottom.
void FlowPanel::place_rows(int cursor) {
    const auto n = static_cast<float>(cursor);
    const float height = layout_.bottom - layout_.top, readable = std::floor(height / px(k_readable_row));
    const float shown = std::clamp(rows_shown_ > 0 ? rows_shown_ : readable, std::min(k_least_rows, n), n);
    const float end = last_row_ < 0 ? n : std::clamp(last_row_, shown, n);
    layout_.row0 = end - shown;
    layout_.row1 = end;
    const float highest = std::max(px(k_highest_row), height / k_fewest_rows); // few rows keep together
    layout_.bottom = std::min(layout_.bottom, layout_.top + shown * highest);
}

/// The wheel zooms at the pointer, dragging pans, and a double click shows as many as at first (one on cells
/// edits); call after an item over the rows.
void FlowPanel::navigate_rows(int cursor, bool cells) {
    const ImGuiIO& io = ImGui::GetIO();
    const auto n = static_cast<float>(cursor);
    const float shown = layout_.row1 - layout_.row0;
    if (ImGui::IsItemHovered() && io.MouseWheel != 0 && !io.KeyCtrl) {
        const float at = layout_.row0 + (io.MousePos.y - layout_.top) / layout_.row_height();
        const float wanted = std::clamp(shown * std::pow(0.85f, io.MouseWheel), std::min(k_least_rows, n), n);
        rows_shown_ = wanted;
        last_row_ = std::clamp(at + (layout_.row1 - at) * wanted / shown, wanted, n);
    } else if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        last_row_ = std::clamp(layout_.row1 - io.MouseDelta.y / layout_.row_height(), shown, n);
    } else if (!cells && ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        rows_shown_ = 0;
        last_row_ = -1;
    } else {
        return;
    }
    if (last_row_ > n - 0.5f) last_row_ = -1; // at the end it follows the text
    request_frame();
}

void FlowPanel::draw(const Snapshot& s, Selection& selection, Commands& commands) {
    const HeadRef head = selection.head_in_view();
    layout_.layer = selection.pinned_head.layer;
    layout_.head = head.layer == layout_.layer ? head.head : selection.pinned_head.head;
    layout_.kv_head = layout_.head / s.config().group_size();
    const ImVec2 header_at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({1, font(TextSize::body)->FontSize}); // the header's line is written when the rows are known
    ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // The encoder stands before the decoder, folded; the decoder behind the encoder.
    const float card = room.x >= px(k_least_with_card) ? FlowCards::room(s) : 0;
    const float card_left = s.encoder_in_view() ? at.x + room.x - FlowCards::width() : at.x;
    room.x -= card;
    if (!s.encoder_in_view()) at.x += card;
    layout_.below = s.trace().source() ? px(k_source_labels) : 0;
    layout_.labels_end = at.x + px(k_labels) - px(8);
    layout_.top = at.y + px(k_header);
    layout_.bottom = std::max(at.y + room.y - px(k_legend) - px(8) - layout_.below, layout_.top + px(40));
    if (s.cursor < 1 || room.x < px(320) || room.y < px(140)) {
        ImGui::SetCursorScreenPos(header_at);
        panel_header("Flow", "make this panel larger to see it");
        return;
    }
    layout_.lowest = layout_.bottom;
    place_rows(s.cursor);
    columns_.lay_out(s.trace(), at.x + px(k_labels), at.x + room.x, layout_);
    maps_.update(s, layout_);
    if (!measures_.update(s.run().trace, s.run().rows)) request_frame();

    ImDrawList& list = *ImGui::GetWindowDrawList();
    const FlowPicture picture{list, layout_, s, measures_, selection.token_in_view(s.cursor)};
    picture.draw_well();
    list.PushClipRect({at.x, layout_.top - px(2)}, {at.x + room.x, layout_.bottom + px(2)}, true);
    picture.draw_stream();
    picture.draw_gather();
    for (const FlowColumn& c : layout_.columns) {
        if (c.kind == FlowKind::strip || c.kind == FlowKind::matrix) maps_.draw(list, c, layout_, s.cursor);
        if (c.kind == FlowKind::folded) picture.draw_folded(c);
        if (c.kind == FlowKind::next) picture.draw_next(c);
    }
    picture.draw_matched_keys();
    picture.draw_labels();
    picture.draw_row_frames();
    for (const FlowColumn& c : layout_.columns) {
        if (c.kind == FlowKind::strip || c.kind == FlowKind::matrix) picture.draw_lit(c, selection);
        if (c.kind != FlowKind::gather) picture.draw_edit_marks(c);
    }
    list.PopClipRect();

    for (const FlowColumn& c : layout_.columns) {
        if (c.kind == FlowKind::strip || c.kind == FlowKind::matrix) point_at(c, s, selection, commands);
        if (c.kind == FlowKind::folded) point_at_layer(c, s, selection, commands);
    }
    point_at_tokens(s, selection, commands);
    if (card > 0) cards_.draw_stack(s, layout_, card_left, selection, commands);
    cards_.draw_end(s, layout_, selection, commands);
    draw_source_labels(s, selection);
    draw_headers(s, selection, commands);
    draw_heads(s, selection, commands);
    draw_legend();
    text_.clear();
    write_flow_subtitle(s, layout_, text_);
    ImGui::SetCursorScreenPos(header_at);
    panel_header("Flow", {text_.data(), text_.size()});
}

int FlowPanel::row_under_mouse(int cursor) const {
    const float row = layout_.row0 + (ImGui::GetMousePos().y - layout_.top) / layout_.row_height();
    return std::clamp(static_cast<int>(std::floor(row)), 0, cursor - 1);
}

/// The cell of a strip or matrix under the mouse.
void FlowPanel::point_at(const FlowColumn& c, const Snapshot& s, Selection& selection, Commands& commands) {
    const float width = c.x1 - c.x0;
    if (width < 2 || layout_.opened < 1) return;
    ImGui::SetCursorScreenPos({c.x0, layout_.top});
    char name[64];
    *fmt::format_to_n(name, sizeof name - 1, "{}", site_row(c.site).hook).out = 0;
    const bool clicked = ImGui::InvisibleButton(name, {width, layout_.bottom - layout_.top});
    put_focus_ring_of_last_item(px(3));
    if (clicked && keyboard_is_on_last_item()) // by key: the token in view
        commands.post(command::PinCell{site_name(c.site, c.layer),
                                       c.head == FlowHead::key_value ? layout_.kv_head : layout_.head,
                                       selection.token_in_view(s.cursor), 0});
    navigate_rows(s.cursor, true);
    if (!ImGui::IsItemHovered()) return;
    const int n = FlowMaps::width_in_view(s.trace(), c, s.cursor);
    const int at = std::clamp(
        static_cast<int>((ImGui::GetMousePos().x - c.x0) / width * static_cast<float>(n)), 0, n - 1);
    const int row = row_under_mouse(s.cursor), heads = site_heads(s.config(), c.site);
    CellRef cell{0, c.site, c.layer, -1, row, at};
    if (c.head != FlowHead::none)
        cell.head = c.head == FlowHead::query ? layout_.head : layout_.kv_head;
    else if (heads > 1) // slots side by side
        cell.head = at / (n / heads), cell.column = at % (n / heads);
    selection.cell.set(cell);
    selection.token.set(row);
    if (by_source(c.site)) selection.source_token.set(at);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left))
        commands.post(command::AskValue{site_name(c.site, c.layer), cell.head, cell.row, cell.column});
    if (clicked && ImGui::GetMouseDragDelta(ImGuiMouseButton_Left).y == 0)
        commands.post(command::PinCell{site_name(c.site, c.layer), cell.head, cell.row, cell.column});
}

/// A folded layer opens on click.
void FlowPanel::point_at_layer(const FlowColumn& c, const Snapshot& s, Selection& selection,
                               Commands& commands) {
    ImGui::SetCursorScreenPos({c.x0, layout_.top - px(22)});
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "layer {}", c.layer).out = 0;
    if (ImGui::InvisibleButton(name, {std::max(c.x1 - c.x0, 1.0f), layout_.bottom - layout_.top + px(22)}))
        commands.post(command::PinHead{c.layer, selection.pinned_head.head});
    put_focus_ring_of_last_item(px(3));
    navigate_rows(s.cursor);
    if (!ImGui::IsItemHovered()) return;
    const int row =
        ImGui::GetMousePos().y > layout_.top ? row_under_mouse(s.cursor) : selection.token_in_view(s.cursor);
    selection.token.set(row);
    text_.clear();
    write_layer_tooltip(s, measures_, c.layer, row, text_);
    tooltip({text_.data(), text_.size()});
}

void FlowPanel::point_at_tokens(const Snapshot& s, Selection& selection, Commands& commands) {
    const float height = layout_.bottom - layout_.top;
    const auto pin = [&] { commands.post(command::PinToken{row_under_mouse(s.cursor)}); };
    ImGui::SetCursorScreenPos({layout_.labels_end - px(76), layout_.top});
    if (ImGui::InvisibleButton("tokens", {px(76), height})) pin();
    put_focus_ring_of_last_item(px(3));
    navigate_rows(s.cursor);
    if (ImGui::IsItemHovered()) selection.token.set(row_under_mouse(s.cursor));
    const FlowColumn* end = layout_.end();
    if (!end || end->kind != FlowKind::next) return;
    const FlowColumn& next = *end;
    ImGui::SetCursorScreenPos({next.x0, layout_.top});
    if (ImGui::InvisibleButton("next token", {std::max(next.x1 - next.x0, 1.0f), height})) pin();
    put_focus_ring_of_last_item(px(3));
    navigate_rows(s.cursor);
    if (!ImGui::IsItemHovered()) return;
    const int row = row_under_mouse(s.cursor);
    selection.token.set(row);
    if (row >= measures_.rows() || !predicts_tokens(s)) return;
    const Prediction& p = measures_.prediction(row);
    selection.cell.set({0, Site::logits, -1, -1, row, p.token});
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} {} the likeliest token is {}: {:.1f} %",
                   s.config().fills_in() ? "in the place of" : "after",
                   token_labels().alone(s.run().token(row)), token_labels().alone(p.token),
                   100 * p.probability);
    tooltip({text_.data(), text_.size()});
}

void FlowPanel::draw_headers(const Snapshot& s, Selection& selection, Commands& commands) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = layout_.top - px(24), line = layout_.top - px(6);
    float free_from = 0; // where the header before ends
    for (const FlowColumn& c : layout_.columns) {
        if (c.kind == FlowKind::gather || c.x1 - c.x0 < 2) continue;
        const bool unfolded = c.layer == layout_.layer && c.kind != FlowKind::folded;
        if (unfolded && layout_.opened < 1) continue;
        const bool stepped = selection.operation && selection.operation->site == c.site &&
                             selection.operation->layer == c.layer && c.kind != FlowKind::folded;
        const bool is_residual = c.role == ColourRole::residual;
        ImFont* f = font(TextSize::small, is_residual && !stepped ? Face::regular : Face::bold);
        const float width = measure(f, c.header).x;
        float x = std::max(c.middle() - width / 2, c.kind >= FlowKind::next ? c.x0 : 0.0f);
        if (&c == layout_.columns.data()) x = std::min(x, c.x1 - width); // leaves the next one its room
        if (x >= free_from) {
            list.AddText(f, f->FontSize, {std::floor(x), y},
                         stepped       ? t.accent_text
                         : is_residual ? t.muted
                                       : t.ink(c.role),
                         c.header);
            record_text(f, {std::floor(x), y}, c.header);
            free_from = x + width + px(4);
        }
        if (c.kind == FlowKind::folded) continue;
        if (!is_residual || stepped)
            list.AddRectFilled({c.x0, line}, {c.x1, line + px(2)}, stepped ? t.accent : t.fill(c.role),
                               px(1));
        if (stepped)
            list.AddRect({c.x0 - px(3), layout_.top - px(3)}, {c.x1 + px(3), layout_.bottom + px(2)},
                         t.accent, px(3), 0, px(2));
        char name[64];
        *fmt::format_to_n(name, sizeof name - 1, "header {}", site_row(c.site).hook).out = 0;
        ImGui::SetCursorScreenPos({c.x0, y});
        if (ImGui::InvisibleButton(name, {c.x1 - c.x0, px(18)}))
            commands.post(command::Inspect{site_name(c.site, c.layer)});
        put_focus_ring_of_last_item(px(3));
        if (!ImGui::IsItemHovered()) continue;
        text_.clear();
        write_site_tooltip(s, c, text_);
        tooltip({text_.data(), text_.size()});
    }
}

/// The heads of the layer as squares in their hues; the frame glides to the one in focus.
void FlowPanel::draw_heads(const Snapshot& s, Selection& selection, Commands& commands) {
    if (layout_.opened < 1) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const int n = s.config().n_heads;
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "layer {}", layout_.layer);
    const std::string_view label{text_.data(), text_.size()};
    const float y = layout_.top - px(42), left = layout_.well_x0 + px(12);
    put_text(list, {{left, y}, {layout_.well_x1, y + f->FontSize}}, left, font(TextSize::small, Face::bold),
             t.text, label);
    record_text(f, {left, y}, label);
    const float begin = left + measure(font(TextSize::small, Face::bold), label).x + px(16),
                words = measure(f, "head").x + px(8);
    put_text(list, {{begin, y}, {layout_.well_x1, y + f->FontSize}}, begin, f, t.muted, "head");
    const float pitch = std::min(px(16), (layout_.well_x1 - px(40) - begin - words) / static_cast<float>(n));
    if (pitch < 3) return;
    const float side = std::max(pitch - px(4), 2.0f), top = std::floor(y + (f->FontSize - side) / 2);
    const auto x_of = [&](float head) { return std::floor(begin + words + pitch * head); };
    for (int h = 0; h < n; ++h) {
        const ImVec2 min{x_of(static_cast<float>(h)), top};
        list.AddRectFilled(min, {min.x + side, min.y + side}, t.head_fill(h, n), px(2));
        char name[24];
        *fmt::format_to_n(name, sizeof name - 1, "head {}", h).out = 0;
        ImGui::SetCursorScreenPos({min.x - (pitch - side) / 2, y});
        if (ImGui::InvisibleButton(name, {pitch, f->FontSize}))
            commands.post(command::PinHead{layout_.layer, h});
        put_focus_ring_of_last_item(px(3));
        if (!ImGui::IsItemHovered()) continue;
        selection.head.set({layout_.layer, h});
        tooltip(name);
    }
    const float x = x_of(head_mark_.to(static_cast<float>(layout_.head)));
    list.AddRect({x - px(2), top - px(2)}, {x + side + px(2), top + side + px(2)}, t.accent, px(3), 0, px(2));
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{}", layout_.head);
    put_text(list, {{begin, y}, {layout_.well_x1, y + f->FontSize}}, x_of(static_cast<float>(n)) + px(4),
             font(TextSize::small, Face::bold), t.text, {text_.data(), text_.size()});
}

/// Which token of the source each column of its matrix is.
void FlowPanel::draw_source_labels(const Snapshot& s, const Selection& selection) {
    const FlowColumn* c = layout_.find(Site::cross_pattern);
    if (!c || layout_.opened < 1) return;
    const int n = FlowMaps::width_in_view(s.trace(), *c, s.cursor);
    const float slot = (c->x1 - c->x0) / static_cast<float>(n);
    edges_.clear();
    for (int i = 0; i <= n; ++i) edges_.push_back(c->x0 + slot * static_cast<float>(i));
    inks_.assign(static_cast<std::size_t>(n), theme().muted);
    const LitToken lit{selection.source_token.get().value_or(-1), theme().ink(ColourRole::key)};
    const UiRect band{{c->x0, layout_.bottom + px(6)}, {c->x1, layout_.bottom + px(6) + layout_.below}};
    put_token_row(*ImGui::GetWindowDrawList(), s.source_run, {0, edges_, tokens_per_label(slot)}, band,
                  {&lit, 1}, inks_);
}

void FlowPanel::draw_legend() {
    const float y = layout_.bottom + px(14) + layout_.below;
    ImGui::SetCursorScreenPos({layout_.columns.front().x0, y});
    colour_legend({"value", "-3 rms", "+3 rms", false}, maps_.scale(Site::embed));
    const FlowColumn* pattern = layout_.find(Site::pattern);
    if (!pattern) return;
    const float x = std::max(pattern->x0, ImGui::GetItemRectMax().x + px(20));
    const float room = layout_.columns.back().x1 - x;
    if (room < px(k_plain_legend)) return;
    ImGui::SetCursorScreenPos({x, y});
    colour_legend({"weight", "0", "1", room >= px(k_weight_legend)}, maps_.scale(Site::pattern));
}

} // namespace

std::unique_ptr<Panel> make_flow_panel() { return std::make_unique<FlowPanel>(); }

} // namespace gf::ui
