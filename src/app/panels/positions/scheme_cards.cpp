#include "app/panels/positions/scheme_cards.h"

#include "app/panels/positions/alibi_stage.h"
#include "app/panels/positions/line_chart.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace gf::ui {
namespace {

// Design lengths.
constexpr float k_card_gap = 8, k_pad = 10, k_card_name_height = 20, k_sentence_height = 18, k_foot = 16;
constexpr float k_min_with_sentence = 64, k_min_picture = 40, k_least_bars = 128;
constexpr int k_shown_positions = 128;

/// A line of words and numbers below a picture: what the left end, the middle and the right end are.
void draw_foot(const UiRect& area, std::string_view left, std::string_view middle, std::string_view right) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    ImFont* f = font(TextSize::small);
    draw_text(list, area, area.min.x, f, t.muted, left);
    const float right_at = area.max.x - measure(f, right).x;
    draw_text(list, area, right_at, f, t.muted, right);
    const float width = measure(f, middle).x, at = area.center().x - width / 2;
    if (at > area.min.x + measure(f, left).x + px(8) && at + width < right_at - px(8))
        draw_text(list, area, at, f, t.muted, middle);
}

} // namespace

std::optional<Positions> SchemeCards::draw(const View& v, Selection& selection, Commands& commands,
                                           Positions chosen, const UiRect& area, SchemePictures& pictures,
                                           const PositionStudy* study) {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    std::optional<Positions> clicked;
    const auto n = static_cast<float>(scheme_rows().size());
    const float width = std::floor((area.width() - (n - 1) * px(k_card_gap)) / n);
    float left = area.min.x;
    for (const SchemeRow& row : scheme_rows()) {
        const Run* run = run_with_scheme(v, row.scheme);
        ImGui::SetCursorScreenPos({left, area.min.y});
        const ButtonItem item =
            button_item(row.label.data(), {width, area.height()}, mark_of(run && row.scheme == chosen));
        left += width + px(k_card_gap);
        if (!item.seen) continue;
        const bool is_chosen = run && row.scheme == chosen;
        draw_fill(list, item.box, item.hovered ? t.control : t.well, px(6));
        draw_border(list, item.box, is_chosen ? t.fill(row.scheme) : t.border, px(6));
        draw_focus_ring(item, px(6));
        if (shows_term_tooltip())
            term_tooltip(term(row.term),
                         run ? "click: shows it large" : "click: opens the model that ships with it");
        if (item.pressed && run) clicked = row.scheme;
        if (item.pressed && !run) post_add_scheme(row.scheme, commands);
        const UiRect inside{{item.box.min.x + px(k_pad), item.box.min.y + px(6)},
                            {item.box.max.x - px(k_pad), item.box.max.y - px(5)}};
        const UiRect name{inside.min, {inside.max.x, inside.min.y + px(k_card_name_height)}};
        list.AddCircleFilled({name.min.x + px(4), name.center().y}, px(4), t.fill(row.scheme));
        ImFont* bold = font(TextSize::body, Face::bold);
        const float name_left = name.min.x + px(14),
                    does_left = name_left + measure(bold, row.label).x + px(8);
        draw_text(list, name, name_left, bold, run ? t.text : t.muted, row.label);
        draw_text_cut(list, {{does_left, name.min.y}, name.max}, font(TextSize::small), t.muted, row.does);
        float top = name.max.y;
        if (item.box.height() < px(k_min_with_sentence)) continue;
        draw_text_cut(list, {{inside.min.x, top}, {inside.max.x, top + px(k_sentence_height)}},
                      font(TextSize::small), t.muted, run ? row.sentence : "not open: click opens it");
        top += px(k_sentence_height) + px(2);
        const UiRect picture{{inside.min.x, top}, inside.max};
        if (!run || picture.height() < px(k_min_picture)) continue;
        const View of(v.snapshot, *run);
        const HeadRef head{std::min(selection.pinned_head.layer, run->config().n_layers - 1),
                           std::min(selection.pinned_head.head, run->config().n_heads - 1)};
        draw_picture({of, selection, commands, head, of.cursor - 1, picture}, row.scheme, pictures, study);
    }
    return clicked;
}

void SchemeCards::draw_picture(const StageContext& c, Positions scheme, SchemePictures& pictures,
                               const PositionStudy* study) const {
    const UiRect foot{{c.area.min.x, c.area.max.y - px(k_foot)}, c.area.max};
    switch (scheme) {
    case Positions::none: return draw_none(c, pictures, study);
    case Positions::rope: return draw_waves(c);
    case Positions::alibi: return draw_slopes(c);
    case Positions::buckets: return;
    case Positions::learned:
    case Positions::sinusoidal: break;
    }
    AddedVectors& added = pictures.of(scheme);
    added.look_at(c.config(), c.view.run.model->weights, c.trace().stack());
    added.draw_map({c.area.min, {c.area.max.x, foot.min.y - px(2)}});
    char last[16], scale[24];
    *fmt::format_to_n(last, sizeof last - 1, "{}", added.vectors().n - 1).out = 0;
    *fmt::format_to_n(scale, sizeof scale - 1, "± {:.2f}", added.largest()).out = 0;
    draw_foot(foot, "position 0", scale, last);
}

/// The cosines of the angles by which each pair turns, one line for each pair.
void SchemeCards::draw_waves(const StageContext& c) const {
    const int pairs = c.config().layer(c.head.layer).d_rotary / 2;
    if (pairs == 0) return; // a layer without positions
    const int n = std::min(k_shown_positions, c.config().n_ctx);
    const UiRect lines{c.area.min, {c.area.max.x, c.area.max.y - px(k_foot) - px(2)}};
    const int shown = std::min(pairs, std::max(1, static_cast<int>(lines.height() / px(7))));
    const float step = lines.height() / static_cast<float>(shown);
    for (int i = 0; i < shown; ++i) {
        const int pair = shown == 1 ? 0 : i * (pairs - 1) / (shown - 1);
        const double turn = c.trace().positions().turn(c.head.layer, pair);
        const float top = lines.min.y + step * static_cast<float>(i);
        const LineChart chart({{lines.min.x, top + px(1)}, {lines.max.x, top + step - px(1)}}, {0, n - 1.0},
                              {-1, 1});
        chart.draw_curve(
            n,
            [&](int p) {
                return ImVec2{static_cast<float>(p), static_cast<float>(std::cos(turn * p))};
            },
            theme().fill(Positions::rope), px(1));
    }
    char last[16];
    *fmt::format_to_n(last, sizeof last - 1, "{}", n - 1).out = 0;
    draw_foot({{c.area.min.x, lines.max.y + px(2)}, c.area.max}, "position 0", "cos of the angle", last);
}

void SchemeCards::draw_slopes(const StageContext& c) const {
    const Theme& t = theme();
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const int n_heads = c.config().n_heads, n = std::min(k_shown_positions, c.config().n_ctx);
    const auto slope = [&](int h) { return static_cast<double>(c.trace().positions().slope(h)); };
    double steepest = 0;
    for (int h = 0; h < n_heads; ++h) steepest = std::max(steepest, slope(h));
    const LineChart chart({c.area.min, {c.area.max.x - px(44), c.area.max.y - px(k_foot) - px(2)}},
                          {0, n - 1.0}, {-steepest * (n - 1), 0});
    float last_label = -1e9f;
    char text[16];
    for (int i = 0; i < n_heads; ++i) {
        const int h = n_heads - 1 - i;
        chart.draw_curve(
            2,
            [&](int end) {
                return ImVec2{static_cast<float>(end * (n - 1)),
                              static_cast<float>(-slope(h) * end * (n - 1))};
            },
            t.head_fill(h, n_heads), px(1.5f));
        const float top = std::max(chart.y(-slope(h) * (n - 1)) - px(8), last_label + px(14));
        if (top + px(14) > c.area.max.y) continue;
        last_label = top;
        const float left = chart.area().max.x + px(4);
        list.AddRectFilled({left, top + px(4)}, {left + px(3), top + px(13)}, t.head_fill(h, n_heads));
        draw_text(list, {{left + px(6), top}, {c.area.max.x, top + px(16)}}, left + px(6),
                  font(TextSize::small, Face::mono), t.muted, spell_slope(slope(h), text));
    }
    char last[16];
    *fmt::format_to_n(last, sizeof last - 1, "{}", n - 1).out = 0;
    draw_foot({{c.area.min.x, chart.area().max.y + px(2)}, {chart.area().max.x, c.area.max.y}}, "distance 0",
              "", last);
}

/// The mask, and the probe's bars where they were measured.
void SchemeCards::draw_none(const StageContext& c, SchemePictures& pictures,
                            const PositionStudy* study) const {
    const float side = std::min(c.area.height() - px(k_foot) - px(2), c.area.width() * 0.4f);
    pictures.mask.draw_mask(c, {c.area.min, {c.area.min.x + side, c.area.min.y + side}});
    draw_foot({{c.area.min.x, c.area.min.y + side + px(2)},
               {c.area.min.x + side, c.area.min.y + side + px(2 + k_foot)}},
              "the mask", "", "");
    const PositionStudy::OfModel* of =
        study ? study->find(c.view.run.model.get(), c.trace().setup().rope) : nullptr;
    if (!of || of->r_squared.empty()) return;
    const UiRect bars{{c.area.min.x + side + px(14), c.area.min.y},
                      {c.area.max.x, c.area.max.y - px(k_foot)}};
    if (bars.width() < px(k_least_bars)) return;
    draw_probe_bars(of->r_squared, bars);
    draw_foot({{bars.min.x, bars.max.y}, c.area.max}, "R² of a probe", "", "");
}

} // namespace gf::ui
