#pragma once
// A rectangle on screen, in pixels. Panels and widgets use it where Dear ImGui keeps its own to itself.

#include <imgui.h>

namespace gf::ui {

struct UiRect {
    ImVec2 min, max;
    ImVec2 center() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
    float width() const { return max.x - min.x; }
    float height() const { return max.y - min.y; }
    ImVec2 size() const { return {width(), height()}; }
    bool contains(ImVec2 p) const { return p.x >= min.x && p.y >= min.y && p.x < max.x && p.y < max.y; }
    /// Larger by `by` pixels on every side; smaller where that is negative.
    UiRect grown(float by) const { return {{min.x - by, min.y - by}, {max.x + by, max.y + by}}; }
};

} // namespace gf::ui
