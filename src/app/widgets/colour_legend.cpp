#include "app/widgets/widget_parts.h"
#include "app/widgets/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// The scale's colours from least to greatest, as they lie in the map.
void put_ramp(const UiRect& box, const ColourScale& scale) {
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

void put_masked_sample(const UiRect& box) {
    const HeatMapLook& look = theme().heat;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(box.min, box.max, pack(look.masked_fill));
    list.PushClipRect(box.min, box.max, true);
    for (float x = -box.height(); x < box.width(); x += px(5))
        list.AddLine({box.min.x + x, box.max.y}, {box.min.x + x + box.height(), box.min.y},
                     pack(look.masked_line), std::max(px(1), 1.0f));
    list.PopClipRect();
    list.AddRect(box.min, box.max, theme().line);
}

} // namespace

void colour_legend(const LegendText& text, const ColourScale& scale) {
    const Theme& t = theme();
    ImFont* words = font(TextSize::small);
    ImFont* numbers = font(TextSize::small, Face::mono);
    const float gap = px(8), ramp = px(80), sample = px(12), height = words->FontSize;
    const auto width_of = [](ImFont* face, std::string_view s) { return std::ceil(measure(face, s).x); };
    float width = width_of(words, text.name) + gap + width_of(numbers, text.least) + gap + ramp + gap +
                  width_of(numbers, text.greatest);
    if (text.masked) width += 2 * gap + width_of(words, "masked") + gap + sample;
    const ButtonItem item = button_item(text.name, {width, height});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float x = item.box.min.x;
    const auto put = [&](ImFont* face, ImU32 colour, std::string_view s) {
        put_text(list, item.box, x, face, colour, s);
        x += width_of(face, s) + gap;
    };
    const float middle = std::floor(item.box.center().y);
    put(words, t.muted, text.name);
    put(numbers, t.muted, text.least);
    put_ramp({{x, middle - px(4)}, {x + ramp, middle + px(4)}}, scale);
    x += ramp + gap;
    put(numbers, t.muted, text.greatest);
    if (!text.masked) return;
    x += gap;
    put(words, t.muted, "masked");
    put_masked_sample({{x, middle - sample / 2}, {x + sample, middle + sample / 2}});
}

} // namespace gf::ui
