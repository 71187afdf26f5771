#include "app/panels/positions/order_stage.h"

#include "app/panels/positions/stage_heading.h"
#include "app/view/token_row.h"
#include "app/widgets/header_controls.h"
#include "app/widgets/plain_text.h"
#include "app/widgets/segmented_control.h"
#include "app/widgets/tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_order_label_width = 96, k_greatest_width = 88, k_least_column = 44, k_column_padding = 16;
constexpr float k_controls_height = 30, k_word_height = 26, k_place_height = 18, k_scheme_height = 30;
constexpr std::array<const char*, 2> k_order_masks{"its own mask", "no mask"};
constexpr double k_only_moved = 1e-5; ///< logits that change less only changed places

/// "0", "3.1e-06" or "2.41".
std::string_view spell_change(double change, char (&out)[16]) {
    const auto end = change > 0 && change < 0.005 ? fmt::format_to_n(out, sizeof out, "{:.1e}", change).out
                                                  : fmt::format_to_n(out, sizeof out, "{:.2f}", change).out;
    return {out, static_cast<std::size_t>(end - out)};
}

} // namespace

void post_order(const View& v, Commands& commands, std::span<const int> rows) {
    RunSetup setup = setup_of(v.snapshot.text());
    setup.order.assign(rows.size(), 0);
    for (std::size_t place = 0; place < rows.size(); ++place)
        setup.order[static_cast<std::size_t>(rows[place])] = static_cast<int>(place);
    const bool is_as_written = std::ranges::is_sorted(setup.order);
    if (is_as_written) setup.order.clear();
    setup.mask_by_position = !is_as_written; // the words stand elsewhere, and the mask follows them
    post_setup(v.snapshot.text(), std::move(setup), commands);
}

/// The rows of the text by their positions.
void OrderStage::read_order(const View& v) {
    const Run& text = v.snapshot.text();
    rows_.resize(static_cast<std::size_t>(text.shown));
    std::iota(rows_.begin(), rows_.end(), 0);
    std::ranges::stable_sort(rows_, {}, [&](int row) { return text.trace->plan(row).position; });
}

void OrderStage::choose_columns(const View& v, const UiRect& area) {
    edges_.assign(1, area.min.x + px(k_order_label_width));
    const float end = area.max.x - px(k_greatest_width);
    for (n_shown_ = 0; n_shown_ < static_cast<int>(rows_.size()); ++n_shown_) {
        const std::string_view label =
            short_label(v.snapshot.text(), rows_[static_cast<std::size_t>(n_shown_)]);
        const float width = std::max(px(k_least_column), std::ceil(measure(font(TextSize::body), label).x) +
                                                             px(k_column_padding));
        if (edges_.back() + width > end) break;
        edges_.push_back(edges_.back() + width);
    }
}

void OrderStage::draw(const View& v, Commands& commands, const UiRect& area, bool& unmasked) {
    read_order(v);
    choose_columns(v, area);
    const UiRect body = draw_heading(area, "Put the words into another order",
                                     "drag a word, or move it by Alt and the arrows; the text's run follows",
                                     "order of the words");
    draw_controls(v, commands, {body.min, {body.max.x, body.min.y + px(k_controls_height)}}, unmasked);
    const float words_top = body.min.y + px(k_controls_height) + px(8);
    draw_words(v, commands, words_top);
    draw_changes(v, {{body.min.x, words_top + px(k_word_height + k_place_height) + px(12)}, body.max},
                 unmasked);
}

void OrderStage::draw_controls(const View& v, Commands& commands, const UiRect& line, bool& unmasked) {
    ImGui::SetCursorScreenPos(line.min);
    if (header_button("as written", "As written")) {
        std::ranges::sort(rows_);
        post_order(v, commands, rows_);
    }
    ImGui::SameLine(0, px(8));
    if (header_button("reverse", "Reverse") && rows_.size() > 2) {
        // The start and the last word stay, so that the last row says what it noticed of those before it.
        std::reverse(rows_.begin() + 1, rows_.end() - 1);
        post_order(v, commands, rows_);
    }
    tooltip("Reverses the words between the first and the last one");
    ImGui::SameLine(0, px(16));
    int mask = unmasked;
    if (segmented_control("mask", mask, k_order_masks, ControlSize::small)) unmasked = mask == 1;
}

void OrderStage::draw_words(const View& v, Commands& commands, float top) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float label_left = edges_.front() - px(k_order_label_width);
    const float places_top = top + px(k_word_height);
    draw_text(list, {{label_left, top}, {edges_.front(), top + px(k_word_height)}}, label_left,
              font(TextSize::small), t.muted, "drag a word");
    draw_text(list, {{label_left, places_top}, {edges_.front(), places_top + px(k_place_height)}}, label_left,
              font(TextSize::small), t.muted, "position");
    for (int place = 0; place < n_shown_; ++place) draw_word(v, commands, place, top);
    if (dragged_ >= 0 && !ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
        if (target_ >= 0) move_word(v, commands, dragged_, target_);
        dragged_ = target_ = -1;
    }
    const int hidden = static_cast<int>(rows_.size()) - n_shown_;
    if (hidden == 0) return;
    text_.clear();
    fmt::format_to(std::back_inserter(text_), "{} hidden", hidden);
    draw_text(list, {{edges_.back() + px(8), top}, {edges_.back() + px(90), top + px(k_word_height)}},
              edges_.back() + px(8), font(TextSize::small, Face::bold), t.accent_text,
              {text_.data(), text_.size()});
}

/// A chip, and below it its position and, where it moved, the one that it was written at.
void OrderStage::draw_word(const View& v, Commands& commands, int place, float top) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int row = rows_[static_cast<std::size_t>(place)];
    const float width = right_of(place) - left_of(place) - px(4);
    char name[24], number[32];
    *fmt::format_to_n(name, sizeof name - 1, "word {}", row).out = 0;
    ImGui::SetCursorScreenPos({left_of(place), top});
    const ButtonItem item = button_item(name, {width, px(k_word_height)});
    const bool is_dragged = dragged_ == place, has_moved = row != place;
    if (item.held && ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        dragged_ = place;
        const float x = ImGui::GetMousePos().x;
        target_ = 0;
        while (target_ + 1 < n_shown_ && x > right_of(target_)) ++target_;
    }
    if (const int step = alt_arrow(item))
        move_word(v, commands, place, std::clamp(place + step, 0, static_cast<int>(rows_.size()) - 1));
    const float shift = is_dragged ? ImGui::GetMouseDragDelta(ImGuiMouseButton_Left).x : 0;
    const UiRect chip{{item.box.min.x + shift, item.box.min.y}, {item.box.max.x + shift, item.box.max.y}};
    draw_fill(list, chip,
              is_dragged || has_moved ? t.accent_tint
              : item.hovered          ? t.control_hover
                                      : t.control,
              px(5));
    if (is_dragged) draw_border(list, chip, t.accent, px(5));
    draw_text_centred(list, chip, font(TextSize::body, has_moved ? Face::bold : Face::regular),
                      has_moved ? t.accent_text : t.text, short_label(v.snapshot.text(), row));
    draw_focus_ring(item, px(5));
    if (dragged_ >= 0 && target_ == place && !is_dragged) { // where it will go
        const float x = target_ > dragged_ ? item.box.max.x + px(2) : item.box.min.x - px(2);
        list.AddLine({x, item.box.min.y}, {x, item.box.max.y}, t.accent, px(2));
    }
    if (has_moved)
        *fmt::format_to_n(number, sizeof number - 1, "{} → {}", row, place).out = 0;
    else
        *fmt::format_to_n(number, sizeof number - 1, "{}", place).out = 0;
    const UiRect below{{item.box.min.x, item.box.max.y},
                       {item.box.max.x, item.box.max.y + px(k_place_height)}};
    draw_text_centred(list, below, font(TextSize::small, Face::mono), has_moved ? t.accent_text : t.muted,
                      number);
}

void OrderStage::move_word(const View& v, Commands& commands, int from, int to) {
    if (from == to) return;
    const int row = rows_[static_cast<std::size_t>(from)];
    rows_.erase(rows_.begin() + from);
    rows_.insert(rows_.begin() + to, row);
    post_order(v, commands, rows_);
}

/// One line for each scheme that is open, one cell for each word.
void OrderStage::draw_changes(const View& v, const UiRect& area, bool unmasked) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const OrderEffect* effect = v.snapshot.order_effect.get();
    const UiRect body = draw_heading(
        area, "What is noticed",
        unmasked ? "largest change among the logits of each word, every word seeing every other one"
                 : "largest change among the logits of each word, under the model's own mask");
    if (!effect) {
        draw_wrapped_text(
            list, body.min, font(TextSize::body), t.muted,
            "The words stand as they are written. Move one: each model then reads them in both orders, and a "
            "cell says how much the prediction after that word changed.",
            std::min(body.width(), px(640)));
        return;
    }
    double greatest = 1e-9;
    for (const OrderEffect::OfModel& of : effect->models)
        for (const double change : unmasked ? of.change_unmasked : of.change)
            greatest = std::max(greatest, change);
    float top = body.min.y;
    for (const SchemeRow& scheme : scheme_rows()) {
        if (!run_with_scheme(v, scheme.scheme)) continue;
        if (top + px(k_scheme_height) > area.max.y) break;
        draw_scheme(v, scheme, {{area.min.x, top}, {area.max.x, top + px(k_scheme_height) - px(4)}}, unmasked,
                    greatest);
        top += px(k_scheme_height);
    }
}

void OrderStage::draw_scheme(const View& v, const SchemeRow& scheme, const UiRect& line, bool unmasked,
                             double greatest) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const UiRect label{line.min, {edges_.front() - px(6), line.max.y}};
    list.AddCircleFilled({line.min.x + px(4), line.center().y}, px(4), t.fill(scheme.scheme));
    draw_text_cut(list, {{line.min.x + px(14), line.min.y}, label.max}, font(TextSize::body, Face::bold),
                  t.ink(scheme.scheme), scheme.label);
    const OrderEffect::OfModel* of =
        v.snapshot.order_effect->find(run_with_scheme(v, scheme.scheme)->model.get());
    if (!of)
        return draw_text_cut(list, {{edges_.front(), line.min.y}, line.max}, font(TextSize::small), t.muted,
                             "computing …");
    const std::vector<double>& changes = unmasked ? of->change_unmasked : of->change;
    const ColourScale scale{t.sequential, 0, static_cast<float>(greatest), 0.5f};
    char text[16];
    for (int place = 0; place < n_shown_; ++place) {
        const auto row = static_cast<std::size_t>(rows_[static_cast<std::size_t>(place)]);
        if (row >= changes.size()) continue;
        const ImU32 fill = pack(colour_of(scale, static_cast<float>(changes[row])));
        const UiRect cell{{left_of(place), line.min.y}, {right_of(place) - px(2), line.max.y}};
        list.AddRectFilled(cell.min, cell.max, fill);
        const ImU32 ink =
            contrast(fill, rgb(0x000000)) > contrast(fill, rgb(0xFFFFFF)) ? rgb(0x000000) : rgb(0xFFFFFF);
        const std::string_view number = changes[row] < k_only_moved ? "0" : spell_change(changes[row], text);
        if (measure(font(TextSize::small, Face::mono), number).x + px(4) <= cell.width())
            draw_text_centred(list, cell, font(TextSize::small, Face::mono), ink, number);
    }
    const double largest = changes.empty() ? 0 : *std::ranges::max_element(changes);
    const float left = edges_.back() + px(8);
    draw_text(list, {{left, line.min.y}, line.max}, left, font(TextSize::small, Face::mono_bold),
              largest < k_only_moved ? t.good_text : t.text, spell_change(largest, text));
    ImGui::SetCursorScreenPos({left, line.min.y});
    text_item(scheme.label.data(), {px(k_greatest_width) - px(8), line.height()});
    if (ImGui::IsItemHovered())
        tooltip(largest < k_only_moved ? "The largest change of all: the logits only changed places"
                                       : "The largest change of all words");
}

} // namespace gf::ui
