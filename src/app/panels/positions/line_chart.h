#pragma once
// A small chart: an area of values with a few grid lines and their numbers, in which curves are drawn. Used
// by all drawings of the panel Positions that have axes.

#include "app/widgets/widget_parts.h"

#include <fmt/format.h>

namespace gf::ui {

class LineChart {
  public:
    struct Axis {
        double least = 0, greatest = 1;
        /// 1, 2 or 5 times a power of ten, so that about `n` steps cover the axis.
        double step(int n) const;
    };
    LineChart(const UiRect& area, const Axis& x, const Axis& y) : area_(area), x_(x), y_(y) {}

    const UiRect& area() const { return area_; }
    float x(double value) const;
    float y(double value) const;
    /// The value of x at a place on screen, inside the axis.
    double value_at(float screen_x) const;

    /// Grid lines with their numbers left of the area and below it. About so many lines each.
    void draw_grid(int n_x, int n_y) const;
    /// A vertical line at x, dashed.
    void draw_mark(double x, ImU32 colour) const;
    /// A curve through point(0) to point(n - 1), each an x and a y in the axes' units, cut at the area.
    template <class F>
    void draw_curve(int n, F point, ImU32 colour, float width) const {
        begin_curve();
        for (int i = 0; i < n; ++i) add_to_curve(point(i));
        end_curve(colour, width);
    }

  private:
    void begin_curve() const;
    void add_to_curve(ImVec2 point) const;
    void end_curve(ImU32 colour, float width) const;

    UiRect area_;
    Axis x_, y_;
};

} // namespace gf::ui
