#include "app/widgets/focus_outline.h"

#include "app/host/imgui_host.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// Draws a line of `width` pixels around the rectangle.
void draw_outside(ImDrawList& list, const UiRect& r, float width) {
    const float out = width / 2;
    list.AddRect({r.min.x - out, r.min.y - out}, {r.max.x + out, r.max.y + out}, theme().accent, 0, 0, width);
}

/// Draws a line from `a` to `b`, which differ in one coordinate, in at most about 200 dashes.
void draw_dashed_line(ImDrawList& list, ImVec2 a, ImVec2 b, float width) {
    const float length = std::abs(b.x - a.x) + std::abs(b.y - a.y);
    const float period = std::max(px(6), length / 200);
    for (float at = 0; at < length; at += period) {
        const float from = at / length, to = std::min(1.0f, (at + period * 0.55f) / length);
        list.AddLine({a.x + (b.x - a.x) * from, a.y + (b.y - a.y) * from},
                     {a.x + (b.x - a.x) * to, a.y + (b.y - a.y) * to}, theme().accent, width);
    }
}

} // namespace

void outline_focus(ImDrawList& list, const UiRect& r) { draw_outside(list, r, px(2)); }
void outline_precedent(ImDrawList& list, const UiRect& r) { draw_outside(list, r, px(1.5f)); }

void outline_dependent(ImDrawList& list, const UiRect& r) {
    const float width = px(1);
    draw_dashed_line(list, r.min, {r.max.x, r.min.y}, width);
    draw_dashed_line(list, {r.max.x, r.min.y}, r.max, width);
    draw_dashed_line(list, r.max, {r.min.x, r.max.y}, width);
    draw_dashed_line(list, {r.min.x, r.max.y}, r.min, width);
}

} // namespace gf::ui
