#include "app/panels/masks/masks_panel.h"

#include "app/host/keyboard.h"
#include "app/panels/masks/hidden_cell_card.h"
#include "app/panels/masks/mask_controls.h"
#include "app/panels/masks/mask_matrix.h"
#include "app/panels/masks/mask_words.h"
#include "app/panels/masks/row_predictions.h"
#include "app/view/not_kept_notice.h"
#include "app/view/panel_options.h"
#include "app/widgets/buttons.h"
#include "app/widgets/colour_legend.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/panel_frame.h"
#include "app/widgets/placed_beside.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/popup.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/slider.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/tooltip.h"
#include "measures/receptive_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_least_height = 500; ///< lower than this, controls stand in menus
constexpr float k_least_matrix = 300; ///< narrower than this, the predictions of rows give way
constexpr float k_footer_line = 20, k_slider_width = 90, k_group_gap = 14, k_room_for_paint = 190,
                k_max_cell_aspect = 2;
constexpr const char* k_example = "show an example";
constexpr std::array<const char*, 4> k_brushes{"cell", "row", "column", "block"};
constexpr std::array<const char*, 3> k_joins{"alone", "and", "or"};

struct MasksOptions {
    BrushShape brush = BrushShape::cell;
    PresetJoin join = PresetJoin::alone;
    std::string layers = "all", heads = "all";
    bool scores = false;
    static void fields(auto& options, auto visit) {
        visit("brush", options.brush);
        visit("join", options.join);
        visit("layers", options.layers);
        visit("heads", options.heads);
        visit("scores", options.scores, {.words = k_off_on});
    }
};

class MasksPanel : public PanelWithOptions<MasksOptions> {
  public:
    const char* title() const override { return "Masks"; }
    const char* about() const override { return "who may look at whom, painted by hand, and what it does"; }
    bool always_shows_text() const override { return true; }
    bool shows_values() const override { return false; }
    void draw(const View& view, Selection& selection, Commands& commands) override;

  protected:
    void take_option(std::string_view) override {
        indices_of(options_.layers, k_max_setup_index);
        indices_of(options_.heads, k_max_setup_index);
    }

  private:
    MaskScope scope(const ModelConfig& c) const {
        return {indices_of(options_.layers, c.n_layers), indices_of(options_.heads, c.n_heads)};
    }
    void draw_example_button(float width, Commands& commands);
    void draw_menus(const MaskCase& c, Commands& commands);
    void draw_presets(const MaskCase& c, bool side_by_side, Commands& commands);
    void draw_formula(const MaskCase& c, Commands& commands);
    void draw_number(const MaskCase& c, Commands& commands);
    void draw_brush(const MaskCase& c);
    void draw_body(const MaskCase& c, Selection& selection, Commands& commands);
    void draw_footer(const MaskCase& c, const UiRect& area);
    void count(const MaskCase& c);

    MaskMatrix matrix_;
    MaskEffectsRequest request_;

    // What is counted once for each run, head and length.
    std::weak_ptr<const Trace> counted_;
    HeadRef counted_head_;
    int n_counted_ = 0;
    PaintCount paint_;
    MaskCost cost_;
};

void MasksPanel::draw(const View& v, Selection& selection, Commands& commands) {
    const MaskCase c(v, selection);
    request_.ask(v.snapshot, commands);
    const float width = std::ceil(measure(font(TextSize::small), k_example).x) + px(16);
    const HeaderPlace place = header_place_beside(title(), width);
    panel_header(title(), "who may look at whom: a row looks, a column is looked at", place.reserved);
    if (place.fits) {
        const HeaderControls controls(place.at);
        draw_example_button(width, commands);
    }
    if (!v.trace().kept(Site::pattern, c.head.layer)) return draw_not_kept_notice(v, c.head.layer);
    if (v.cursor == 0) return;
    count(c);
    if (ImGui::GetContentRegionAvail().y < px(k_least_height)) {
        draw_menus(c, commands);
    } else {
        draw_presets(c, true, commands);
        draw_formula(c, commands);
        draw_brush(c);
    }
    draw_body(c, selection, commands);
}

void MasksPanel::draw_example_button(float width, Commands& commands) {
    const ButtonItem item = button_item(k_example, {width, px(20)});
    if (!item.seen) return;
    draw_fill(*ImGui::GetWindowDrawList(), item.box, item.hovered ? theme().control_hover : theme().control,
              px(5));
    draw_text_centred(*ImGui::GetWindowDrawList(), item.box, font(TextSize::small), theme().text, k_example);
    draw_focus_ring(item, px(5));
    tooltip("One forbidden cell that turns the next word into another one, on the model story.");
    if (item.pressed) commands.post(command::ShowMaskExample{});
}

/// In a low panel the controls stand in two menus, and the formula beside them.
void MasksPanel::draw_menus(const MaskCase& c, Commands& commands) {
    const std::string brush = fmt::format("brush: {}", name(options_.brush));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::SetCursorScreenPos({at.x, at.y + px(4)}); // these are lower than what follows
    if (header_menu("masks", "masks")) ImGui::OpenPopup("masks to choose from");
    if (begin_popup_beside("masks to choose from", region_of_last_item())) {
        draw_presets(c, false, commands);
        ImGui::EndPopup();
    }
    ImGui::SameLine(0, px(8));
    if (header_menu("brush", brush)) ImGui::OpenPopup("brush and scope");
    if (begin_popup_beside("brush and scope", region_of_last_item())) {
        draw_brush(c);
        ImGui::EndPopup();
    }
    ImGui::SetCursorScreenPos({ImGui::GetItemRectMax().x + px(k_group_gap), at.y});
    draw_formula(c, commands);
}

/// The chips: a click sets a mask, joins it to what is there, or takes it away again.
void MasksPanel::draw_presets(const MaskCase& c, bool side_by_side, Commands& commands) {
    const MaskKind own = c.view.config().layer(c.head.layer).mask;
    const bool has_shape =
        std::any_of(c.rules().begin(), c.rules().end(), [](const MaskRule& r) { return r.has_shape(); });
    if (mask_chip("model's own", {.kind = own, .window = 2, .n_prefix = 3}, false, !has_shape) && has_shape)
        commands.post(command::SetMasks{without_shapes(c.rules())});
    term_tooltip(term("mask"));
    for (const MaskPreset& preset : mask_presets()) {
        if (side_by_side) flow(mask_chip_width(preset.label));
        const bool is_causal = preset.kind >= MaskKind::document;
        const bool chosen = rule_of_kind(c.rules(), preset.kind) >= 0;
        if (mask_chip(preset.label, picture_of(preset), is_causal, chosen))
            commands.post(
                command::SetMasks{with_preset(c.rules(), preset, options_.join, scope(c.view.config()),
                                              starts_of_sentences(c.view.run, c.n()))});
        term_tooltip(term(preset.term));
    }
}

/// "mask = causal and not [painted 1 cell]", and the number of the newest shape.
void MasksPanel::draw_formula(const MaskCase& c, Commands& commands) {
    const LayerConfig layer = c.view.config().layer(c.head.layer);
    const std::string formula = "mask = " + mask_formula(c.rules(), layer, c.head.layer, c.head.head);
    const float width = std::min(std::ceil(measure(font(TextSize::small, Face::mono), formula).x) + 1,
                                 std::max(available_width() - px(k_room_for_paint), px(60)));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_item("formula of the mask", {width, px(k_control_height)});
    draw_text_cut(*ImGui::GetWindowDrawList(), {at, {at.x + width, at.y + px(k_control_height)}},
                  font(TextSize::small, Face::mono), theme().text, formula);
    for (const bool visible : {false, true}) {
        const int n = visible ? paint_.shown : paint_.hidden;
        if (n == 0) continue;
        ImGui::SameLine(0, px(8));
        label_text(visible ? "or" : "and not", theme().muted, TextSize::small);
        ImGui::SameLine(0, px(8));
        const std::string label =
            fmt::format("painted {} cell{}{}", n, n == 1 ? "" : "s", visible ? "##or" : "");
        if (chip(label.c_str(), "", true)) {
            MaskStroke all{.cells = {{{0, -1}, {0, -1}}}, .erase = true};
            commands.post(command::PaintMask{std::move(all)});
        }
        tooltip("A click takes all paint away, in every layer and head. Ctrl+Z takes back one stroke.");
    }
    draw_number(c, commands);
}

void MasksPanel::draw_number(const MaskCase& c, Commands& commands) {
    std::vector<MaskRule> rules = c.rules();
    const auto last =
        std::find_if(rules.rbegin(), rules.rend(), [](MaskRule& r) { return number_of(r) != nullptr; });
    if (last == rules.rend()) return;
    int* number = number_of(*last);
    ImGui::SameLine(0, px(k_group_gap));
    if (available_width() < px(k_slider_width)) return;
    ImGui::BeginChild("number", {px(k_slider_width), px(k_control_height)}, ImGuiChildFlags_None,
                      ImGuiWindowFlags_NavFlattened | ImGuiWindowFlags_NoScrollbar);
    const bool changed = slim_slider("number of the mask", *number, 1, std::max(2, std::min(c.n(), 64)));
    ImGui::EndChild();
    if (changed) commands.post(command::SetMasks{std::move(rules)});
}

/// How a stroke paints, and for which layers and heads it and the chips are.
void MasksPanel::draw_brush(const MaskCase& c) {
    const auto begin_group = [](const char* words, float width) {
        const float wide = std::ceil(measure(font(TextSize::small), words).x) + px(6) + width;
        const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x;
        if (ImGui::GetItemRectMax().x + px(k_group_gap) + wide <= right) ImGui::SameLine(0, px(k_group_gap));
        text_line(words, theme().muted, TextSize::small);
        ImGui::SameLine(0, px(6));
    };
    text_line("brush", theme().muted, TextSize::small);
    ImGui::SameLine(0, px(6));
    int brush = static_cast<int>(options_.brush);
    if (segmented_control("brush", brush, k_brushes, ControlSize::small))
        options_.brush = static_cast<BrushShape>(brush);
    begin_group("masks", segmented_control_width(k_joins, ControlSize::small));
    int join = static_cast<int>(options_.join);
    if (segmented_control("join", join, k_joins, ControlSize::small))
        options_.join = static_cast<PresetJoin>(join);
    begin_group("layers", index_picker_width(c.view.config().n_layers));
    index_picker("layers", options_.layers, c.view.config().n_layers);
    begin_group("heads", index_picker_width(c.view.config().n_heads));
    index_picker("heads", options_.heads, c.view.config().n_heads);
    vertical_space(2);
}

void MasksPanel::draw_body(const MaskCase& c, Selection& selection, Commands& commands) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const std::string sentence = closing_sentence(c);
    const float sentence_height = wrapped_text_height(font(TextSize::body), sentence, room.x);
    const float below = px(k_footer_line + 6) + sentence_height;
    UiRect area{at, {at.x + room.x, at.y + std::max(room.y - below, px(120))}};
    UiRect beside = area;
    const bool has_rows = room.x - px(k_row_predictions_width) >= px(k_least_matrix);
    if (has_rows) {
        // Cells need not be square, but very wide ones say no more.
        const float widest = px(80) + (area.height() - px(52)) * k_max_cell_aspect;
        area.max.x = std::min(area.max.x - px(k_row_predictions_width + 16), area.min.x + widest);
        beside.min.x = area.max.x + px(16);
        beside.max.x = std::min(beside.max.x, beside.min.x + px(k_row_predictions_width + 60));
    }
    matrix_.draw(c, {options_.brush, scope(c.view.config()), options_.scores}, area, selection, commands);
    if (has_rows) draw_row_predictions(c, matrix_.place(), matrix_.view(), beside);
    const bool asks_scores = !keyboard_is_taken() && ImGui::GetIO().KeyMods == 0 &&
                             ImGui::IsKeyPressed(ImGuiKey_G, false) &&
                             (ImGui::IsWindowHovered() || ImGui::IsWindowFocused());
    if (asks_scores) options_.scores = !options_.scores;
    if (const auto hidden = matrix_.hidden_cell_in_focus(c, selection))
        draw_hidden_cell_card(c, *hidden,
                              heat_map_cell_rect(matrix_.place(), matrix_.view(), hidden->query, hidden->key),
                              area);
    const float footer_top = area.max.y + px(6);
    draw_footer(c, {{at.x, footer_top}, {at.x + room.x, footer_top + px(k_footer_line)}});
    draw_wrapped_text(*ImGui::GetWindowDrawList(), {at.x, footer_top + px(k_footer_line)},
                      font(TextSize::body), theme().text, sentence, room.x);
    ImGui::SetCursorScreenPos({at.x, footer_top + px(k_footer_line)});
    text_item("what the mask does", {room.x, std::max(sentence_height, 1.0f)});
}

/// The legend, the cost, and a switch for the scores of hidden cells.
void MasksPanel::draw_footer(const MaskCase& c, const UiRect& area) {
    ImGui::SetCursorScreenPos(area.min);
    colour_legend({"weight", "0", "1", true, "attention weight"}, matrix_.view().scale);
    ImGui::SameLine(0, px(k_group_gap));
    const ButtonItem item =
        button_item("scores of hidden cells", {px(150), px(18)}, mark_of(options_.scores));
    if (item.seen) {
        draw_text_cut(*ImGui::GetWindowDrawList(), item.box,
                      font(TextSize::small, options_.scores ? Face::bold : Face::regular),
                      item.hovered || options_.scores ? theme().accent_text : theme().muted,
                      "scores of hidden cells (G)");
        draw_focus_ring(item, px(3));
        tooltip("Writes into each hidden cell the score that query and key would have had in this run. (G)");
        if (item.pressed) options_.scores = !options_.scores;
    }
    std::string words = fmt::format(
        "{} of {} cells allowed ({:.0f} %), {} computed", cost_.allowed, cost_.all,
        100.0 * static_cast<double>(cost_.allowed) / static_cast<double>(cost_.all), cost_.computed);
    const std::string more = fmt::format("layer {}, head {}: {}; causal alone {}", c.head.layer, c.head.head,
                                         words, c.n() * (c.n() + 1) / 2);
    if (measure(font(TextSize::small), more).x <= area.max.x - item.box.max.x - px(k_group_gap)) words = more;
    draw_text_cut(*ImGui::GetWindowDrawList(), {{item.box.max.x + px(k_group_gap), area.min.y}, area.max},
                  font(TextSize::small), theme().muted, words);
}

void MasksPanel::count(const MaskCase& c) {
    if (counted_.lock() == c.view.run.trace && counted_head_ == c.head && n_counted_ == c.n()) return;
    counted_ = c.view.run.trace, counted_head_ = c.head, n_counted_ = c.n();
    paint_ = count_paint(c.rules(), c.head.layer, c.head.head, c.n());
    cost_ = mask_cost(c.view.trace().plan(), c.head.layer, c.head.head, c.n());
}

} // namespace

std::unique_ptr<Panel> make_masks_panel() { return std::make_unique<MasksPanel>(); }

} // namespace gf::ui
