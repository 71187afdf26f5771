#pragma once
// How far each model reads: the loss at each position of Tinyville's texts, inside and beyond the length that
// it was trained on, one curve for each scheme. Grows while the session reads. Used by the panel Positions.

#include "app/panels/positions/stage_context.h"

#include <fmt/format.h>

#include <vector>

namespace gf::ui {

class ReachChart {
  public:
    void draw(const View& view, Commands& commands, const UiRect& area);

  private:
    struct Curve {
        const PositionStudy::OfModel* of;
        bool is_changed;            ///< under other angles than those of the model
        std::vector<double> blocks; ///< mean loss of so many positions each
    };
    void collect(const View& view);
    void draw_header(const View& view, Commands& commands, const UiRect& line);
    void draw_chart(const UiRect& area) const;
    void draw_labels(const UiRect& chart, double least, double greatest) const;
    void write_finding();

    std::vector<Curve> curves_; ///< of the schemes that were read
    int trained_length_ = 0, length_ = 0;
    fmt::memory_buffer text_;
};

} // namespace gf::ui
