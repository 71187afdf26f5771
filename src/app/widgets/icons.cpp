#include "app/widgets/icons.h"

#include <algorithm>
#include <cmath>

namespace gf::ui {
namespace {

/// Draws in units of half the icon's side, from its centre: x to the right, y down.
class Pen {
  public:
    Pen(ImDrawList& list, ImVec2 centre, float size, ImU32 colour)
        : list_(list), centre_(centre), unit_(size / 2), stroke_(std::max(size / 8, 1.0f)), colour_(colour) {}

    ImVec2 at(float x, float y) const { return {centre_.x + x * unit_, centre_.y + y * unit_}; }
    /// Points to the right if the tip is right of the base, else to the left.
    void triangle(float tip_x, float base_x, float half_height) const {
        const ImVec2 tip = at(tip_x, 0), above = at(base_x, -half_height), below = at(base_x, half_height);
        if (tip_x > base_x)
            list_.AddTriangleFilled(tip, below, above, colour_);
        else
            list_.AddTriangleFilled(tip, above, below, colour_);
    }
    void bar(float x0, float x1, float half_height) const {
        const ImVec2 a = at(x0, -half_height), b = at(x1, half_height);
        list_.AddRectFilled({std::round(a.x), a.y}, {std::max(std::round(b.x), std::round(a.x) + 1), b.y},
                            colour_, stroke_ / 4);
    }
    void line(ImVec2 a, ImVec2 b) const { list_.AddLine(at(a.x, a.y), at(b.x, b.y), colour_, stroke_); }
    void corner(ImVec2 a, ImVec2 b, ImVec2 c) const {
        const ImVec2 points[] = {at(a.x, a.y), at(b.x, b.y), at(c.x, c.y)};
        list_.AddPolyline(points, 3, colour_, ImDrawFlags_None, stroke_);
    }
    void circle(ImVec2 c, float radius) const {
        list_.AddCircle(at(c.x, c.y), radius * unit_, colour_, 0, stroke_);
    }
    /// Angles are in radians, clockwise from the right.
    void arc(ImVec2 c, float radius, float from, float to) const {
        list_.PathArcTo(at(c.x, c.y), radius * unit_, from, to);
        list_.PathStroke(colour_, ImDrawFlags_None, stroke_);
    }

  private:
    ImDrawList& list_;
    ImVec2 centre_;
    float unit_, stroke_;
    ImU32 colour_;
};

} // namespace

void draw_icon(ImDrawList& list, Icon icon, ImVec2 centre, float size, ImU32 colour) {
    const Pen pen(list, centre, size, colour);
    switch (icon) {
    case Icon::first:
        pen.bar(-0.95f, -0.68f, 0.85f);
        pen.triangle(-0.6f, 0.8f, 0.85f);
        break;
    case Icon::back: pen.triangle(-0.75f, 0.7f, 0.85f); break;
    case Icon::play: pen.triangle(0.9f, -0.6f, 0.9f); break;
    case Icon::pause:
        pen.bar(-0.65f, -0.2f, 0.85f);
        pen.bar(0.2f, 0.65f, 0.85f);
        break;
    case Icon::forward: pen.triangle(0.75f, -0.7f, 0.85f); break;
    case Icon::last:
        pen.triangle(0.6f, -0.8f, 0.85f);
        pen.bar(0.68f, 0.95f, 0.85f);
        break;
    case Icon::search:
        pen.circle({-0.2f, -0.2f}, 0.58f);
        pen.line({0.24f, 0.24f}, {0.85f, 0.85f});
        break;
    case Icon::close:
        pen.line({-0.6f, -0.6f}, {0.6f, 0.6f});
        pen.line({-0.6f, 0.6f}, {0.6f, -0.6f});
        break;
    case Icon::chevron_down: pen.corner({-0.6f, -0.3f}, {0, 0.3f}, {0.6f, -0.3f}); break;
    case Icon::chevron_right: pen.corner({-0.3f, -0.6f}, {0.3f, 0}, {-0.3f, 0.6f}); break;
    case Icon::undo: // an arrow to the left that turns back below
        pen.arc({0.1f, 0.2f}, 0.6f, -1.57f, 1.57f);
        pen.line({-0.75f, -0.4f}, {0.1f, -0.4f});
        pen.line({-0.4f, 0.8f}, {0.1f, 0.8f});
        pen.corner({-0.4f, -0.8f}, {-0.8f, -0.4f}, {-0.4f, 0});
        break;
    case Icon::redo:
        pen.arc({-0.1f, 0.2f}, 0.6f, 1.57f, 4.71f);
        pen.line({0.75f, -0.4f}, {-0.1f, -0.4f});
        pen.line({0.4f, 0.8f}, {-0.1f, 0.8f});
        pen.corner({0.4f, -0.8f}, {0.8f, -0.4f}, {0.4f, 0});
        break;
    case Icon::check: pen.corner({-0.7f, 0.05f}, {-0.2f, 0.55f}, {0.75f, -0.55f}); break;
    }
}

} // namespace gf::ui
