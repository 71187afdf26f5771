#include "app/widgets/colour_legend.h"

#include "app/widgets/rich_text.h"
#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <cmath>

namespace gf::ui {
namespace {

/// Draws the scale's colours from least to greatest.
void draw_ramp(const UiRect& box, const ColourScale& scale) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    constexpr int k_steps = 32;
    const float least = colour_table(scale.map).diverging ? -scale.vmax : scale.vmin;
    const auto colour_at = [&](int step) {
        return pack(colour_of(scale, least + (scale.vmax - least) * static_cast<float>(step) / k_steps));
    };
    for (int step = 0; step < k_steps; ++step) {
        const float x0 = box.min.x + box.width() * static_cast<float>(step) / k_steps;
        const float x1 = box.min.x + box.width() * static_cast<float>(step + 1) / k_steps;
        const ImU32 from = colour_at(step), to = colour_at(step + 1);
        list.AddRectFilledMultiColor({x0, box.min.y}, {x1, box.max.y}, from, to, to, from);
    }
}

/// Draws the hatching of masked cells.
void draw_masked_sample(const UiRect& box) {
    const HeatMapLook& look = theme().heat;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(box.min, box.max, pack(look.masked_fill));
    list.PushClipRect(box.min, box.max, true);
    for (float x = -box.height(); x < box.width(); x += px(5))
        list.AddLine({box.min.x + x, box.max.y}, {box.min.x + x + box.height(), box.min.y},
                     pack(look.masked_line), px(1));
    list.PopClipRect();
    list.AddRect(box.min, box.max, theme().line);
}

} // namespace

void colour_legend(const LegendText& text, const ColourScale& scale) {
    const Theme& t = theme();
    ImFont* words = font(TextSize::small);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float gap = px(8), ramp = px(80), sample = px(12);
    const auto width_of = [](ImFont* face, std::string_view s) { return std::ceil(measure(face, s).x); };
    float width = width_of(words, text.name) + gap + width_of(numbers, text.least) + gap + ramp + gap +
                  width_of(numbers, text.greatest);
    if (text.masked) width += 2 * gap + width_of(words, "masked") + gap + sample;
    const ButtonItem item = button_item(text.name, {width, words->FontSize});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float x = item.box.min.x;
    const auto write = [&](ImFont* face, ImU32 colour, std::string_view s) {
        draw_text(list, item.box, x, face, colour, s);
        x += width_of(face, s) + gap;
    };
    const float middle = std::floor(item.box.center().y);
    if (!text.term.empty())
        draw_underline(list, x, x + width_of(words, text.name), middle + words->FontSize / 2, t.muted);
    write(words, t.muted, text.name);
    write(numbers, t.muted, text.least);
    draw_ramp({{x, middle - px(4)}, {x + ramp, middle + px(4)}}, scale);
    x += ramp + gap;
    write(numbers, t.muted, text.greatest);
    if (!text.term.empty()) {
        term_tooltip(term(text.term));
        if (item.pressed) ask_for_term(term(text.term));
        draw_focus_ring(item, px(3));
    }
    if (!text.masked) return;
    x += gap;
    write(words, t.muted, "masked");
    draw_masked_sample({{x, middle - sample / 2}, {x + sample, middle + sample / 2}});
}

} // namespace gf::ui
