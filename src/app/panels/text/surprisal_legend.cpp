#include "app/panels/text/surprisal_legend.h"

#include "app/widgets/term_tooltip.h"
#include "app/widgets/widget_parts.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

constexpr const char *k_title = "surprisal", *k_min_text = "0", *k_max_text = "9 bits";
static_assert(k_surprisal_full == 9, "k_max_text says so");

constexpr float k_ramp_width = 48, k_gap_after_title = 8, k_gap_beside_ramp = 6; // design lengths

} // namespace

float surprisal_legend_width() {
    ImFont* f = font(TextSize::small);
    return std::ceil(measure(f, k_title).x + measure(f, k_min_text).x + measure(f, k_max_text).x) +
           px(k_ramp_width + k_gap_after_title + 2 * k_gap_beside_ramp);
}

void draw_surprisal_legend(ImVec2 at, float height) {
    const Theme& t = theme();
    ImFont* f = font(TextSize::small);
    ImGui::SetCursorScreenPos(at);
    const ButtonItem item = button_item(k_title, {surprisal_legend_width(), height});
    if (!item.seen) return;
    ImDrawList& list = *ImGui::GetWindowDrawList();
    float x = at.x;
    const auto write = [&](const char* text, float gap) {
        draw_text(list, item.box, x, f, t.muted, text);
        x += std::ceil(measure(f, text).x) + gap;
    };
    write(k_title, px(k_gap_after_title));
    write(k_min_text, px(k_gap_beside_ramp));
    const float middle = std::floor(item.box.center().y);
    const UiRect ramp{{x, middle - px(5)}, {x + px(k_ramp_width), middle + px(5)}};
    const ImU32 left = t.surprisal_tint(0), right = t.surprisal_tint(k_surprisal_full);
    list.AddRectFilledMultiColor(ramp.min, ramp.max, left, right, right, left);
    list.AddRect(ramp.min, ramp.max, t.border, 0, 0, std::max(px(1), 1.0f));
    x = ramp.max.x + px(k_gap_beside_ramp);
    write(k_max_text, 0);
    draw_focus_ring(item, px(3));
    term_tooltip(term("surprisal"), "of each token, before any stage of sampling");
}

} // namespace gf::ui
