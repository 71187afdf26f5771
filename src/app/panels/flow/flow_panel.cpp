#include "app/panels/flow/flow_panel.h"

#include "app/host/frame_request.h"
#include "app/host/keyboard.h"
#include "app/panels/flow/flow_cards.h"
#include "app/panels/flow/flow_headers.h"
#include "app/panels/flow/flow_legend.h"
#include "app/panels/flow/flow_maps.h"
#include "app/panels/flow/flow_picture.h"
#include "app/panels/flow/flow_words.h"
#include "app/view/panel_options.h"
#include "app/view/sampling_preview.h"
#include "app/view/token_labels.h"
#include "app/view/token_row.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

namespace gf::ui {
namespace {

// Design lengths.
/// Rows are as high as the room lets them be, but not lower than a comfortable one, or where there is room
/// for a few of those only, than a tight one, whose letters may touch.
constexpr float k_comfortable_row = 14, k_tight_row = 11, k_few_rows = 24;
constexpr float k_max_row = 40;                ///< unless a person zooms in
constexpr float k_tall_from = 16, k_extra = 8; ///< rows this high: the row that is followed is higher by that
constexpr float k_labels = 84, k_row_numbers = 24; ///< left of the columns, with the gap behind them
constexpr float k_with_row_numbers = 760;          ///< width of the panel from which on rows have numbers
constexpr float k_legend = 26, k_above_legend = 11, k_source_labels = 16, k_layer_number = 22;
constexpr float k_min_width_with_card = 560;
/// With less room for the rows and what is around them, the panel scrolls.
constexpr float k_min_width = 320, k_min_height = 165;
constexpr float k_min_height_with_title = 330; ///< with less height the title's line gives way to rows

constexpr std::size_t k_measure_budget = std::size_t{1} << 20; ///< values read in a frame
constexpr float k_min_rows = 4;                                ///< when zoomed in

constexpr std::array<std::string_view, 2> k_rows_words{"readable", "all"};
constexpr std::array<std::string_view, 2> k_matrix_words{"weights", "scores"};
constexpr std::array k_matrices{k_matrix_words[0].data(), k_matrix_words[1].data()};

struct FlowOptions {
    std::string rows = "readable";  ///< how many rows are shown: as many as are readable, or all
    double zoom = 0;                ///< number of rows that a person zoomed to; 0: as `rows` says
    double end = -1;                ///< row where those shown end; -1: at the newest
    std::string matrix = "weights"; ///< what the matrix shows
    static void fields(auto& options, auto visit) {
        visit("rows", options.rows, {.words = k_rows_words});
        visit("zoom", options.zoom, {.least = 0, .greatest = 1e9});
        visit("end", options.end, {.least = -1, .greatest = 1e9});
        visit("matrix", options.matrix, {.words = k_matrix_words});
    }
};

/// What comes after the newest token shown, as Sampling and Text say it; not known of other runs than the
/// text.
NextToken drawn_token(const View& v, const Selection& selection) {
    if (!predicts_tokens(v) || v.run.id != v.snapshot.text().id || v.cursor < 1) return {};
    SamplingPreview& preview = sampling_preview();
    const int position = sampled_position(v, selection);
    preview.update(v, position);
    const int token = v.config().fills_in() ? preview.step().token : next_token(v);
    return {v.config().logits_row(position), token, final_probability(preview.step(), token)};
}

class FlowPanel : public PanelWithOptions<FlowOptions> {
  public:
    const char* title() const override { return "Flow"; }
    const char* about() const override { return "from tokens to the next token through every layer"; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  private:
    void draw_all(const View& view, Selection& selection, Commands& commands);
    void take_option(std::string_view name) override;
    float wanted_rows(float readable) const;
    void lay_out(const View& view, const Selection& selection, ImVec2 at, ImVec2 room, float card_width);
    void place_rows(int cursor, int followed);
    bool show_pin(const View& view, const Selection& selection);
    void navigate_rows(int cursor, bool over_cells = false);
    int row_under_mouse(int cursor) const;
    void pin_row_under_mouse(const View& view, const Selection& selection, Commands& commands) const;
    void draw_picture(const View& view, const Selection& selection, float left, float right);
    void handle_cells(const FlowColumn& column, const View& view, Selection& selection, Commands& commands);
    void handle_layer(const FlowColumn& column, const View& view, Selection& selection, Commands& commands);
    void handle_tokens(const View& view, Selection& selection, Commands& commands);
    void handle_next_tokens(const View& view, Selection& selection, Commands& commands);
    void draw_source_labels(const View& view, const Selection& selection);
    void draw_title(const View& view, bool has_words);
    std::string_view text() const { return {text_.data(), text_.size()}; }

    FlowLayout layout_;
    FlowColumns columns_;
    FlowMaps maps_;
    FlowCards cards_;
    FlowHeaderRow headers_;
    FlowLegend legend_;
    StreamMeasures measures_;
    int shown_pin_ = -1;                ///< the pinned row that was brought into sight
    std::vector<float> source_edges_;   ///< slots of the source tokens below their matrix
    std::vector<ImU32> source_colours_; ///< colours of their labels
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

/// Says which rows are between top and bottom, and how high they are. `followed`: the row that is higher.
void FlowPanel::place_rows(int cursor, int followed) {
    const auto n = static_cast<float>(cursor);
    const float height = layout_.bottom - layout_.top,
                readable = std::max(std::floor(height / px(k_comfortable_row)),
                                    std::min(std::floor(height / px(k_tight_row)), k_few_rows));
    const float shown = std::clamp(wanted_rows(readable), std::min(k_min_rows, n), n);
    const auto end_row = static_cast<float>(options_.end);
    const float end = end_row < 0 ? n : std::clamp(end_row, shown, n);
    layout_.row0 = end - shown;
    layout_.row1 = end;
    const auto tall = static_cast<float>(followed);
    const bool is_in_sight = tall >= layout_.row0 && tall + 1 <= layout_.row1;
    layout_.tall_row = followed;
    layout_.extra = is_in_sight && height / shown >= px(k_tall_from) ? px(k_extra) : 0;
    // Few rows keep together instead of filling the height, unless a person zooms in.
    if (options_.zoom <= 0)
        layout_.bottom = std::min(layout_.bottom, layout_.top + shown * px(k_max_row) + layout_.extra);
}

/// Chooses rows with the one that was just pinned, by a click anywhere, a key or "Show it". False where it
/// is in sight.
bool FlowPanel::show_pin(const View& v, const Selection& selection) {
    const auto& cell = selection.pinned_cell;
    const bool is_of_row =
        cell && cell->run == v.run.id && cell->param < 0 && row_axis(cell->site) == Axis::pos;
    const int pin = is_of_row ? cell->row : selection.pinned_token;
    if (std::exchange(shown_pin_, pin) == pin || pin < 0 || pin >= v.cursor) return false;
    const auto row = static_cast<float>(pin), shown = layout_.row1 - layout_.row0;
    if (row >= layout_.row0 && row + 1 <= layout_.row1) return false;
    const float end = std::clamp(std::floor(row + shown / 2) + 1, shown, static_cast<float>(v.cursor));
    options_.end = static_cast<double>(end);
    return true;
}

/// Lets the wheel zoom at the pointer, dragging pan, and a double click show as many rows as at first (over
/// cells it edits instead). Called after each item over the rows.
void FlowPanel::navigate_rows(int cursor, bool over_cells) {
    const ImGuiIO& io = ImGui::GetIO();
    const auto n = static_cast<float>(cursor);
    const float shown = layout_.row1 - layout_.row0;
    if (ImGui::IsItemHovered() && io.MouseWheel != 0 && !io.KeyCtrl) {
        const float at = layout_.row_at(io.MousePos.y);
        const float wanted = std::clamp(shown * std::pow(0.85f, io.MouseWheel), std::min(k_min_rows, n), n);
        options_.zoom = static_cast<double>(wanted);
        options_.end = static_cast<double>(std::clamp(at + (layout_.row1 - at) * wanted / shown, wanted, n));
    } else if (ImGui::IsItemActive() && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        options_.end =
            static_cast<double>(std::clamp(layout_.row1 - io.MouseDelta.y / layout_.row_height(), shown, n));
    } else if (!over_cells && ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        options_.zoom = 0, options_.end = -1, options_.rows = k_rows_words[0];
    } else {
        return;
    }
    if (options_.end > static_cast<double>(n) - 0.5) options_.end = -1; // at the end it follows the text
    request_frame();
}

/// Draws all that has no items, between two edges on screen.
void FlowPanel::draw_picture(const View& v, const Selection& selection, float left, float right) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const FlowPicture picture{
        list, layout_, v, measures_, selection.token_in_view(v.cursor), drawn_token(v, selection)};
    picture.draw_ground(left, right);
    list.PushClipRect({left, layout_.top - px(3)}, {right, layout_.bottom + px(2)}, true);
    picture.draw_stream();
    picture.draw_attention_ribbons();
    for (const FlowColumn& c : layout_.columns) {
        if (c.has_map()) maps_.draw(list, c, v, layout_);
        if (c.kind == FlowColumnKind::folded) picture.draw_folded(c);
        if (c.kind == FlowColumnKind::next) picture.draw_next(c);
    }
    picture.draw_labels();
    picture.draw_row_in_view();
    for (const FlowColumn& c : layout_.columns) {
        if (c.has_map()) picture.draw_highlights(c, selection);
        if (!c.has_ribbons()) picture.draw_edit_marks(c);
    }
    list.PopClipRect();
}

/// Says where everything is in the room from `at` on. `card_width`: pixels that the other stack's card takes.
void FlowPanel::lay_out(const View& v, const Selection& selection, ImVec2 at, ImVec2 room, float card_width) {
    const HeadRef head = selection.head_in_view();
    layout_.layer = selection.pinned_head.layer;
    layout_.head = head.layer == layout_.layer ? head.head : selection.pinned_head.head;
    layout_.kv_head = layout_.head / v.config().group_size();
    // Stepping to the scores shows them.
    const bool stepped_to_scores = selection.operation && selection.operation->site.site == Site::attn_scores;
    layout_.shows_scores = stepped_to_scores || options_.matrix == k_matrix_words[1];
    layout_.n_rows = v.cursor;
    layout_.source_labels_height = v.trace().source() ? px(k_source_labels) : 0;
    room.x -= card_width;
    if (!v.reader) at.x += card_width;
    const float legend = std::ceil(px(k_above_legend) + font(TextSize::small)->FontSize);
    const float below = std::max(px(k_legend), legend) + layout_.source_labels_height;
    layout_.headers = headers_that_fit(room.y - below, v.cursor);
    const float labels = px(room.x >= px(k_with_row_numbers) ? k_labels + k_row_numbers : k_labels);
    layout_.left = at.x;
    layout_.right = at.x + room.x;
    layout_.labels_end = at.x + labels - px(8);
    layout_.header_top = at.y;
    layout_.top = at.y + height_of(layout_.headers);
    layout_.bottom = layout_.lowest = std::max(at.y + room.y - below, layout_.top + px(40));
    const int pinned = selection.pinned_token;
    const int followed = pinned >= 0 && pinned < v.cursor ? pinned : v.cursor - 1;
    place_rows(v.cursor, followed);
    if (show_pin(v, selection)) {
        layout_.bottom = layout_.lowest;
        place_rows(v.cursor, followed);
    }
    columns_.lay_out(v.trace(), at.x + labels, layout_.right, layout_);
    layout_.strongest = strongest_key(v, layout_, selection.token_in_view(v.cursor));
}

void FlowPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 room = ImGui::GetContentRegionAvail(), least{px(k_min_width), px(k_min_height)};
    if (room.x >= least.x && room.y >= least.y) return draw_all(v, selection, commands);
    ImGui::SetNextWindowContentSize({std::max(room.x, least.x), std::max(room.y, least.y)});
    ImGui::BeginChild("scrolled", {0, 0}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_HorizontalScrollbar | ImGuiWindowFlags_NavFlattened);
    draw_all(v, selection, commands);
    ImGui::EndChild();
}

void FlowPanel::draw_all(const View& v, Selection& selection, Commands& commands) {
    const ImVec2 header_at = ImGui::GetCursorScreenPos();
    // The header is written last, when the rows are known. Where there is little room and a tab has the
    // title, only its switch stays, beside the heads.
    const bool has_title =
        !is_behind_tabs() || ImGui::GetContentRegionAvail().y >= px(k_min_height_with_title);
    if (has_title) ImGui::Dummy({1, font(TextSize::body)->FontSize});
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    // The folded card of the run that this one reads is at the left, of the run that reads it at the right.
    const float card_width = room.x >= px(k_min_width_with_card) ? FlowCards::width_with_gap(v) : 0;
    const float card_left = v.reader ? at.x + room.x - FlowCards::width() : at.x;
    if (v.cursor < 1) return;
    lay_out(v, selection, at, room, card_width);
    maps_.update(v, layout_);
    if (!measures_.advance(v.run.view(), k_measure_budget)) request_frame();
    draw_picture(v, selection, layout_.left, layout_.right);
    for (const FlowColumn& c : layout_.columns) {
        if (c.has_map()) handle_cells(c, v, selection, commands);
        if (c.kind == FlowColumnKind::folded) handle_layer(c, v, selection, commands);
    }
    handle_tokens(v, selection, commands);
    handle_next_tokens(v, selection, commands);
    if (card_width > 0) cards_.draw_other_run(v, layout_, card_left, selection, commands);
    cards_.draw_output(v, layout_, selection, commands);
    draw_source_labels(v, selection);
    headers_.draw(v, layout_, selection, commands);
    const float y = layout_.bottom + px(k_above_legend) + layout_.source_labels_height;
    legend_.draw(v, layout_, maps_, selection.token_in_view(v.cursor),
                 {{layout_.left, y}, {layout_.right, y + font(TextSize::small)->FontSize}});
    ImGui::SetCursorScreenPos(header_at);
    draw_title(v, has_title);
}

/// The header line, with the choice between weights and scores. Without words it is as narrow as can be.
void FlowPanel::draw_title(const View& v, bool has_words) {
    text_.clear();
    if (has_words) write_flow_subtitle(v, layout_, text_);
    const char* shown = k_matrices[layout_.shows_scores];
    const float width =
        has_words ? segmented_control_width(k_matrices, ControlSize::small) : header_menu_width(shown);
    const HeaderPlace place = layout_.matrix() ? header_place(width) : HeaderPlace{};
    panel_header("Flow", text(), place.reserved);
    if (!place.fits) return;
    const HeaderControls controls(place.at);
    int chosen = layout_.shows_scores;
    if (has_words) {
        if (segmented_control("matrix", chosen, k_matrices, ControlSize::small))
            options_.matrix = k_matrix_words[static_cast<std::size_t>(chosen)];
        return;
    }
    if (header_menu("matrix", shown)) ImGui::OpenPopup("weights or scores");
    if (!begin_popup("weights or scores")) return;
    for (const std::string_view word : k_matrix_words)
        if (ImGui::MenuItem(word.data(), nullptr, options_.matrix == word)) options_.matrix = word;
    ImGui::EndPopup();
}

int FlowPanel::row_under_mouse(int cursor) const {
    return std::clamp(static_cast<int>(std::floor(layout_.row_at(ImGui::GetMousePos().y))), 0, cursor - 1);
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

/// Pins the token of the row under the mouse, or lets go of it if it is the pinned one.
void FlowPanel::pin_row_under_mouse(const View& v, const Selection& selection, Commands& commands) const {
    const int row = row_under_mouse(v.cursor);
    commands.post(command::PinToken{selection.pinned_token == row ? -1 : row});
}

/// Makes the token labels an item: a click pins the token under the mouse.
void FlowPanel::handle_tokens(const View& v, Selection& selection, Commands& commands) {
    const float height = layout_.bottom - layout_.top;
    ImGui::SetCursorScreenPos({layout_.left, layout_.top});
    if (ImGui::InvisibleButton("tokens", {layout_.labels_end - layout_.left, height}))
        pin_row_under_mouse(v, selection, commands);
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
        pin_row_under_mouse(v, selection, commands);
    draw_focus_ring_of_last_item(px(3));
    navigate_rows(v.cursor);
    if (!ImGui::IsItemHovered()) return;
    const int row = row_under_mouse(v.cursor);
    selection.token.set(row);
    if (row >= measures_.rows() || !predicts_tokens(v)) return;
    const Prediction& p = measures_.prediction(row);
    selection.cell.set(v.cell(Site::logits, -1, -1, row, p.token));
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} {} the likeliest token is {}: {:.1f} %",
                   v.config().fills_in() ? "in the place of" : "after",
                   token_labels().label(v.run.token(row)), token_labels().label(p.token),
                   100 * p.probability);
    tooltip(text());
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

} // namespace

std::unique_ptr<Panel> make_flow_panel() { return std::make_unique<FlowPanel>(); }

} // namespace gf::ui
