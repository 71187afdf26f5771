#include "app/widget_parts.h"
#include "app/widgets.h"

#include <algorithm>
#include <cmath>

namespace gf {
namespace {

/// The scale's colours from least to greatest, as they lie in the map.
void put_ramp(const ImRect& box, const ColourScale& scale) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    constexpr int k_steps = 32;
    const float least = colour_table(scale.map).diverging ? -scale.vmax : scale.vmin;
    const auto colour_at = [&](int step) {
        return pack(colour_of(scale, least + (scale.vmax - least) * static_cast<float>(step) / k_steps));
    };
    for (int step = 0; step < k_steps; ++step) {
        const float x0 = box.Min.x + box.GetWidth() * static_cast<float>(step) / k_steps;
        const float x1 = box.Min.x + box.GetWidth() * static_cast<float>(step + 1) / k_steps;
        const ImU32 from = colour_at(step), to = colour_at(step + 1);
        list.AddRectFilledMultiColor({x0, box.Min.y}, {x1, box.Max.y}, from, to, to, from);
    }
}

void put_masked_sample(const ImRect& box) {
    const HeatMapLook& look = theme().heat;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(box.Min, box.Max, pack(look.masked_fill));
    list.PushClipRect(box.Min, box.Max, true);
    for (float x = -box.GetHeight(); x < box.GetWidth(); x += px(5))
        list.AddLine({box.Min.x + x, box.Max.y}, {box.Min.x + x + box.GetHeight(), box.Min.y},
                     pack(look.masked_line), std::max(px(1), 1.0f));
    list.PopClipRect();
    list.AddRect(box.Min, box.Max, theme().line);
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
    float x = item.box.Min.x;
    const auto put = [&](ImFont* face, ImU32 colour, std::string_view s) {
        put_text(list, item.box, x, face, colour, s);
        x += width_of(face, s) + gap;
    };
    const float middle = std::floor(item.box.GetCenter().y);
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

} // namespace gf
