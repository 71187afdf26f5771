#include "app/panels/flow/flow_panel.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/panels/flow/flow_cards.h"
#include "app/panels/flow/flow_maps.h"
#include "app/panels/flow/flow_picture.h"
#include "app/panels/flow/flow_words.h"
#include "app/view/panel_options.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_readable_row = 14, k_max_row = 30;
constexpr float k_labels = 80;     ///< the token labels left of the columns, with the gap behind them
constexpr float k_token_item = 76; ///< the item over the token labels
constexpr float k_header = 46, k_legend = 26, k_source_labels = 16, k_layer_number = 22;
constexpr float k_min_width_with_card = 560;
/// With less room for the rows and what is around them, the panel says that it is too small.
constexpr float k_min_width = 320, k_min_height = 140;
constexpr float k_weight_legend = 240, k_plain_legend = 170; ///< with and without what masked is

constexpr std::size_t k_measure_budget = std::size_t{1} << 20; ///< values read in a frame
constexpr float k_min_rows = 4;                                ///< when zoomed in
constexpr float k_rows_full_height = 24; ///< fewer rows than this do not fill the panel's height

bool has_map(const FlowColumn& c) {
    return c.kind == FlowColumnKind::strip || c.kind == FlowColumnKind::matrix;
}

constexpr std::array<std::string_view, 2> k_rows_words{"readable", "all"};

struct FlowOptions {
    std::string rows = "readable"; ///< how many rows are shown: as many as are readable, or all
    double zoom = 0;               ///< number of rows that a person zoomed to; 0: as `rows` says
    double end = -1;               ///< row where those shown end; -1: at the newest
    static void fields(auto& options, auto visit) {
        visit("rows", options.rows, {.words = k_rows_words});
        visit("zoom", options.zoom, {.least = 0, .greatest = 1e9});
        visit("end", options.end, {.least = -1, .greatest = 1e9});
    }
};

class FlowPanel : public PanelWithOptions<FlowOptions> {
  public:
    const char* title() const override { return "Flow"; }
    const char* about() const override { return "from tokens to the next token through every layer"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void take_option(std::string_view name) override;
    float wanted_rows(float readable) const;
    void place_rows(int cursor);
    void navigate_rows(int cursor, bool over_cells = false);
    int row_under_mouse(int cursor) const;
    void draw_picture(const View& view, const Selection& selection, float left, float right);
    void handle_cells(const FlowColumn& column, const View& view, Selection& selection, Commands& commands);
    void handle_layer(const FlowColumn& column, const View& view, Selection& selection, Commands& commands);
    void handle_tokens(const View& view, Selection& selection, Commands& commands);
    void handle_next_tokens(const View& view, Selection& selection, Commands& commands);
    void draw_headers(const View& view, Selection& selection, Commands& commands);
    void draw_header(const FlowColumn& column, bool stepped, float& free_from);
    void draw_heads(const View& view, Selection& selection, Commands& commands);
    void draw_source_labels(const View& view, const Selection& selection);
    void draw_legend(const View& view);
    void draw_changed_legend(float y);
    std::string_view text() const { return {text_.data(), text_.size()}; }

    FlowLayout layout_;
    FlowColumns columns_;
    FlowMaps maps_;
    FlowCards cards_;
    StreamMeasures measures_;
    std::vector<float> source_edges_;   ///< slots of the source tokens below their matrix
    std::vector<ImU32> source_colours_; ///< colours of their labels
    Glide head_mark_;
    fmt::memory_buffer text_;
};

/// Another choice of rows lets go of the zoom.
void FlowPanel::take_option(std::string_view name) {
    if (name == "rows") options_.zoom = 0, options_.end = -1;
}

float FlowPanel::wanted_rows(float readable) const {
    if (options_.zoom > 0) return static_cast<float>(options_.zoom);
    return options_.rows == "all" ? 1e9f : readable;
}

/// Says which rows are between top and bottom.
void FlowPanel::place_rows(int cursor) {
    const auto n = static_cast<float>(cursor);
    const float height = layout_.bottom - layout_.top, readable = std::floor(height / px(k_readable_row));
    const float shown = std::clamp(wanted_rows(readable), std::min(k_min_rows, n), n);
    const auto end_row = static_cast<float>(options_.end);
    const float end = end_row < 0 ? n : std::clamp(end_row, shown, n);
    layout_.row0 = end - shown;
    layout_.row1 = end;
    // Few rows keep together instead of filling the height.
    const float max_row_height = std::max(px(k_max_row), height / k_rows_full_height);
    layout_.bottom = std::min(layout_.bottom, layout_.top + shown * max_row_height);
}

/// Lets the wheel zoom at the pointer, dragging pan, and a double click show as many rows as at first (over
/// cells it edits instead). Called after each item over the rows.
void FlowPanel::navigate_rows(int cursor, bool over_cells) {
    const ImGuiIO& io = ImGui::GetIO();
    const auto n = static_cast<float>(cursor);
    const float shown = layout_.row1 - layout_.row0;
    if (ImGui::IsItemHovered() && io.MouseWheel != 0 && !io.KeyCtrl) {
        const float at = layout_.row0 + (io.MousePos.y - layout_.top) / layout_.row_height();
        const float wanted = std::clamp(shown * std::pow(0.85f, io.MouseWheel), std::min(k_min_rows, n), n);
        options_.zoom = static_cast<double>(wanted);
        options_.end = static_cast<double>(std::clamp(at + (layout_.row1 - at) * wanted / shown, wanted, n));
    } else if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        options_.end =
            static_cast<double>(std::clamp(layout_.row1 - io.MouseDelta.y / layout_.row_height(), shown, n));
    } else if (!over_cells && ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        options_ = {};
    } else {
        return;
    }
    if (options_.end > static_cast<double>(n) - 0.5) options_.end = -1; // at the end it follows the text
    request_frame();
}

/// Draws all that has no items, between two edges on screen.
void FlowPanel::draw_picture(const View& v, const Selection& selection, float left, float right) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const FlowPicture picture{list, layout_, v, measures_, selection.token_in_view(v.cursor)};
    picture.draw_well();
    list.PushClipRect({left, layout_.top - px(2)}, {right, layout_.bottom + px(2)}, true);
    picture.draw_stream();
    picture.draw_value_ribbons();
    for (const FlowColumn& c : layout_.columns) {
        if (has_map(c)) maps_.draw(list, c, v, layout_);
        if (c.kind == FlowColumnKind::folded) picture.draw_folded(c);
        if (c.kind == FlowColumnKind::next) picture.draw_next(c);
    }
    picture.draw_matched_keys();
    picture.draw_labels();
    picture.draw_row_in_view();
    for (const FlowColumn& c : layout_.columns) {
        if (has_map(c)) picture.draw_highlights(c, selection);
        if (c.kind != FlowColumnKind::gather) picture.draw_edit_marks(c);
    }
    list.PopClipRect();
}

void FlowPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const HeadRef head = selection.head_in_view();
    layout_.layer = selection.pinned_head.layer;
    layout_.head = head.layer == layout_.layer ? head.head : selection.pinned_head.head;
    layout_.kv_head = layout_.head / v.config().group_size();
    const ImVec2 header_at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({1, font(TextSize::body)->FontSize}); // the header is written last, when the rows are known
    ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // The folded card of the run that this one reads is at the left, of the run that reads it at the right.
    const float card_width = room.x >= px(k_min_width_with_card) ? FlowCards::width_with_gap(v) : 0;
    const float card_left = v.reader ? at.x + room.x - FlowCards::width() : at.x;
    room.x -= card_width;
    if (!v.reader) at.x += card_width;
    layout_.source_labels_height = v.trace().source() ? px(k_source_labels) : 0;
    layout_.labels_end = at.x + px(k_labels) - px(8);
    layout_.top = at.y + px(k_header);
    layout_.bottom =
        std::max(at.y + room.y - px(k_legend) - px(8) - layout_.source_labels_height, layout_.top + px(40));
    if (v.cursor < 1 || room.x < px(k_min_width) || room.y < px(k_min_height)) {
        ImGui::SetCursorScreenPos(header_at);
        panel_header("Flow", "make this panel larger to see it");
        return;
    }
    layout_.lowest = layout_.bottom;
    place_rows(v.cursor);
    columns_.lay_out(v.trace(), at.x + px(k_labels), at.x + room.x, layout_);
    maps_.update(v, layout_);
    if (!measures_.advance(v.run.view(), k_measure_budget)) request_frame();
    draw_picture(v, selection, at.x, at.x + room.x);
    for (const FlowColumn& c : layout_.columns) {
        if (has_map(c)) handle_cells(c, v, selection, commands);
        if (c.kind == FlowColumnKind::folded) handle_layer(c, v, selection, commands);
    }
    handle_tokens(v, selection, commands);
    handle_next_tokens(v, selection, commands);
    if (card_width > 0) cards_.draw_other_run(v, layout_, card_left, selection, commands);
    cards_.draw_output(v, layout_, selection, commands);
    draw_source_labels(v, selection);
    draw_headers(v, selection, commands);
    draw_heads(v, selection, commands);
    draw_legend(v);
    text_.clear();
    write_flow_subtitle(v, layout_, text_);
    ImGui::SetCursorScreenPos(header_at);
    panel_header("Flow", text());
}

int FlowPanel::row_under_mouse(int cursor) const {
    const float row = layout_.row0 + (ImGui::GetMousePos().y - layout_.top) / layout_.row_height();
    return std::clamp(static_cast<int>(std::floor(row)), 0, cursor - 1);
}

/// Makes a strip or matrix an item: the mouse points at its cells, a click pins one, a double click edits it.
void FlowPanel::handle_cells(const FlowColumn& c, const View& v, Selection& selection, Commands& commands) {
    const float width = c.x1 - c.x0;
    if (width < 2 || layout_.opened < 1) return;
    ImGui::SetCursorScreenPos({c.x0, layout_.top});
    char name[64];
    *fmt::format_to_n(name, sizeof name - 1, "{}", site_row(c.site).hook).out = 0;
    const bool clicked = ImGui::InvisibleButton(name, {width, layout_.bottom - layout_.top});
    draw_focus_ring_of_last_item(px(3));
    if (clicked && keyboard_is_on_last_item()) // a key pins the first cell of the token in view
        commands.post(command::PinCell{site_name(c.site, c.layer),
                                       c.head == FlowHeadAxis::key_value ? layout_.kv_head : layout_.head,
                                       selection.token_in_view(v.cursor), 0});
    navigate_rows(v.cursor, true);
    if (!ImGui::IsItemHovered()) return;
    const int n = FlowMaps::n_columns_in_view(v.trace(), c, v.cursor);
    const int at = std::clamp(
        static_cast<int>((ImGui::GetMousePos().x - c.x0) / width * static_cast<float>(n)), 0, n - 1);
    const int row = row_under_mouse(v.cursor), heads = site_heads(v.config(), c.site);
    CellRef cell = v.cell(c.site, c.layer, -1, row, at);
    if (c.head != FlowHeadAxis::none)
        cell.head = c.head == FlowHeadAxis::query ? layout_.head : layout_.kv_head;
    else if (heads > 1) { // the column has the values of all heads side by side
        cell.head = at / (n / heads);
        cell.column = at % (n / heads);
    }
    selection.cell.set(cell);
    selection.token.set(row);
    if (has_source_keys(c.site)) selection.source_token.set(at);
    if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) commands.post(command::AskValue{v.address(cell)});
    if (clicked && ImGui::GetMouseDragDelta(ImGuiMouseButton_Left).y == 0)
        commands.post(command::PinCell{v.address(cell)});
}

/// Makes a folded layer an item that a click unfolds.
void FlowPanel::handle_layer(const FlowColumn& c, const View& v, Selection& selection, Commands& commands) {
    ImGui::SetCursorScreenPos({c.x0, layout_.top - px(k_layer_number)});
    char name[24];
    *fmt::format_to_n(name, sizeof name - 1, "layer {}", c.layer).out = 0;
    if (ImGui::InvisibleButton(
            name, {std::max(c.x1 - c.x0, 1.0f), layout_.bottom - layout_.top + px(k_layer_number)}))
        commands.post(command::PinHead{c.layer, selection.pinned_head.head});
    draw_focus_ring_of_last_item(px(3));
    navigate_rows(v.cursor);
    if (!ImGui::IsItemHovered()) return;
    const int row =
        ImGui::GetMousePos().y > layout_.top ? row_under_mouse(v.cursor) : selection.token_in_view(v.cursor);
    selection.token.set(row);
    text_.clear();
    write_layer_tooltip(v, measures_, c.layer, row, text_);
    tooltip(text());
}

/// Makes the token labels an item: a click pins the token under the mouse.
void FlowPanel::handle_tokens(const View& v, Selection& selection, Commands& commands) {
    const float height = layout_.bottom - layout_.top;
    ImGui::SetCursorScreenPos({layout_.labels_end - px(k_token_item), layout_.top});
    if (ImGui::InvisibleButton("tokens", {px(k_token_item), height}))
        commands.post(command::PinToken{row_under_mouse(v.cursor)});
    draw_focus_ring_of_last_item(px(3));
    navigate_rows(v.cursor);
    if (ImGui::IsItemHovered()) selection.token.set(row_under_mouse(v.cursor));
}

/// Makes the predicted tokens an item: a click pins the token that a prediction follows.
void FlowPanel::handle_next_tokens(const View& v, Selection& selection, Commands& commands) {
    const FlowColumn* next = layout_.output_column();
    if (!next || next->kind != FlowColumnKind::next) return;
    const float height = layout_.bottom - layout_.top;
    ImGui::SetCursorScreenPos({next->x0, layout_.top});
    if (ImGui::InvisibleButton("next token", {std::max(next->x1 - next->x0, 1.0f), height}))
        commands.post(command::PinToken{row_under_mouse(v.cursor)});
    draw_focus_ring_of_last_item(px(3));
    navigate_rows(v.cursor);
    if (!ImGui::IsItemHovered()) return;
    const int row = row_under_mouse(v.cursor);
    selection.token.set(row);
    if (row >= measures_.rows() || !predicts_tokens(v)) return;
    const Prediction p = prediction_beside(v, measures_, row);
    selection.cell.set(v.cell(Site::logits, -1, -1, row, p.token));
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} {} {} {}: {:.1f} %{}",
                   v.config().fills_in() ? "in the place of" : "after",
                   token_labels().label(v.run.token(row)),
                   !is_row_of_draw(v, row) ? "the likeliest token is"
                   : is_next_written(v)    ? "comes"
                                           : "will be drawn",
                   token_labels().label(p.token), 100 * p.probability,
                   is_row_of_draw(v, row) ? " (of the raw logits)" : "");
    tooltip(text());
}

/// Draws a column's header if it does not overlap the one before, which ends at free_from, and its underline.
/// `stepped`: the column is the operation that Shift+arrows stand at.
void FlowPanel::draw_header(const FlowColumn& c, bool stepped, float& free_from) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = layout_.top - px(24), line = layout_.top - px(6);
    const bool is_residual = c.role == ColourRole::residual;
    ImFont* f = font(TextSize::small, is_residual && !stepped ? Face::regular : Face::bold);
    const float width = measure(f, c.header).x;
    float x = std::max(c.middle() - width / 2, c.kind >= FlowColumnKind::next ? c.x0 : 0.0f);
    if (&c == layout_.columns.data()) x = std::min(x, c.x1 - width); // leaves the next one its room
    if (x >= free_from) {
        const ImU32 colour = stepped ? t.accent_text : is_residual ? t.muted : t.ink(c.role);
        list.AddText(f, f->FontSize, {std::floor(x), y}, colour, c.header);
        record_text(f, {std::floor(x), y}, c.header);
        free_from = x + width + px(4);
    }
    if (c.kind == FlowColumnKind::folded) return;
    if (!is_residual || stepped)
        list.AddRectFilled({c.x0, line}, {c.x1, line + px(2)}, stepped ? t.accent : t.fill(c.role), px(1));
    if (stepped)
        list.AddRect({c.x0 - px(3), layout_.top - px(3)}, {c.x1 + px(3), layout_.bottom + px(2)}, t.accent,
                     px(3), 0, px(2));
}

/// The headers of the columns. A click on one shows the site in the Inspector.
void FlowPanel::draw_headers(const View& v, Selection& selection, Commands& commands) {
    float free_from = 0;
    for (const FlowColumn& c : layout_.columns) {
        if (c.kind == FlowColumnKind::gather || c.x1 - c.x0 < 2) continue;
        const bool folded = c.kind == FlowColumnKind::folded;
        if (!folded && c.layer == layout_.layer && layout_.opened < 1) continue;
        const bool stepped = !folded && selection.operation && selection.operation->site == c.site &&
                             selection.operation->layer == c.layer;
        draw_header(c, stepped, free_from);
        if (folded) continue;
        char name[64];
        *fmt::format_to_n(name, sizeof name - 1, "header {}", site_row(c.site).hook).out = 0;
        ImGui::SetCursorScreenPos({c.x0, layout_.top - px(24)});
        if (ImGui::InvisibleButton(name, {c.x1 - c.x0, px(18)}))
            commands.post(command::Inspect{site_name(c.site, c.layer)});
        draw_focus_ring_of_last_item(px(3));
        if (!ImGui::IsItemHovered()) continue;
        text_.clear();
        write_site_tooltip(v, c, text_);
        tooltip(text());
    }
}

/// The heads of the layer as squares in their hues, with a frame that glides to the one in focus.
void FlowPanel::draw_heads(const View& v, Selection& selection, Commands& commands) {
    if (layout_.opened < 1) return;
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    const int n = v.config().n_heads;
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "layer {}", layout_.layer);
    const std::string_view label = text();
    const float y = layout_.top - px(42), left = layout_.well_x0 + px(12);
    draw_text(list, {{left, y}, {layout_.well_x1, y + f->FontSize}}, left, font(TextSize::small, Face::bold),
              t.text, label);
    record_text(f, {left, y}, label);
    const float begin = left + measure(font(TextSize::small, Face::bold), label).x + px(16),
                words = measure(f, "head").x + px(8);
    draw_text(list, {{begin, y}, {layout_.well_x1, y + f->FontSize}}, begin, f, t.muted, "head");
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
        draw_focus_ring_of_last_item(px(3));
        if (!ImGui::IsItemHovered()) continue;
        selection.head.set({layout_.layer, h});
        tooltip(name);
    }
    const float x = x_of(head_mark_.move_to(static_cast<float>(layout_.head)));
    list.AddRect({x - px(2), top - px(2)}, {x + side + px(2), top + side + px(2)}, t.accent, px(3), 0, px(2));
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{}", layout_.head);
    draw_text(list, {{begin, y}, {layout_.well_x1, y + f->FontSize}}, x_of(static_cast<float>(n)) + px(4),
              font(TextSize::small, Face::bold), t.text, text());
}

/// The tokens of the source below the matrix of the attention to it.
void FlowPanel::draw_source_labels(const View& v, const Selection& selection) {
    const FlowColumn* c = layout_.find(Site::cross_pattern);
    if (!c || layout_.opened < 1) return;
    const int n = FlowMaps::n_columns_in_view(v.trace(), *c, v.cursor);
    const float slot = (c->x1 - c->x0) / static_cast<float>(n);
    source_edges_.clear();
    for (int i = 0; i <= n; ++i) source_edges_.push_back(c->x0 + slot * static_cast<float>(i));
    source_colours_.assign(static_cast<std::size_t>(n), theme().muted);
    const LitToken lit{selection.source_token.get().value_or(-1), theme().ink(ColourRole::key)};
    const UiRect band{{c->x0, layout_.bottom + px(6)},
                      {c->x1, layout_.bottom + px(6) + layout_.source_labels_height}};
    draw_token_row(*ImGui::GetWindowDrawList(), *v.source, {0, source_edges_, tokens_per_label(slot)}, band,
                   {&lit, 1}, source_colours_);
}

void FlowPanel::draw_legend(const View& v) {
    const float y = layout_.bottom + px(14) + layout_.source_labels_height;
    ImGui::SetCursorScreenPos({layout_.columns.front().x0, y});
    colour_legend({"value", "-3 rms", "+3 rms", false}, maps_.colour_scale(Site::embed));
    const FlowColumn* pattern = layout_.find(Site::pattern);
    const float x = std::max(pattern ? pattern->x0 : 0, ImGui::GetItemRectMax().x + px(20));
    const float room = layout_.columns.back().x1 - x;
    if (pattern && room >= px(k_plain_legend)) {
        ImGui::SetCursorScreenPos({x, y});
        const char* least = v.has_both_signs() ? "-3 rms" : "0";
        const char* greatest = v.has_both_signs() ? "+3 rms" : "1";
        colour_legend({"weight", least, greatest, room >= px(k_weight_legend)},
                      maps_.colour_scale(Site::pattern));
    }
    if (v.run.changed) draw_changed_legend(y);
}

/// What the dots beside the token labels mean.
void FlowPanel::draw_changed_legend(float y) {
    ImFont* f = font(TextSize::small);
    constexpr std::string_view k_words = "changed with the last token";
    const float x = ImGui::GetItemRectMax().x + px(24), width = std::ceil(measure(f, k_words).x);
    if (x + width > layout_.columns.back().x1) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    draw_changed_mark(list, {x - px(8), y + f->FontSize / 2});
    draw_text(list, {{x, y}, {x + width, y + f->FontSize}}, x, f, theme().muted, k_words);
}

} // namespace

std::unique_ptr<Panel> make_flow_panel() { return std::make_unique<FlowPanel>(); }

} // namespace gf::ui
