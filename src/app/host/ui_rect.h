#pragma once
// A rectangle on screen, in pixels. Used by widgets and panels; Dear ImGui's own ImRect is internal to it.

#include <imgui.h>

namespace gf::ui {

struct UiRect {
    ImVec2 min, max;
    ImVec2 center() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
    float width() const { return max.x - min.x; }
    float height() const { return max.y - min.y; }
    ImVec2 size() const { return {width(), height()}; }
    bool contains(ImVec2 p) const { return p.x >= min.x && p.y >= min.y && p.x < max.x && p.y < max.y; }
    /// Larger by `by` pixels on every side; smaller if that is negative.
    UiRect grown(float by) const { return {{min.x - by, min.y - by}, {max.x + by, max.y + by}}; }
};

} // namespace gf::ui
