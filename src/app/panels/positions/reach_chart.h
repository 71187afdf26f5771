#pragma once
// How far each model reads: the loss at each position of Tinyville's texts, inside and beyond the length that
// it was trained on, one curve for each scheme. Grows while the session reads. Used by the panel Positions.

#include "app/panels/positions/line_chart.h"
#include "app/panels/positions/stage_context.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gf::ui {

class ReachChart {
  public:
    void draw(const View& view, Commands& commands, const UiRect& area);

  private:
    struct Curve {
        Positions scheme;
        bool is_changed; ///< under other angles than those of the model
        int n_texts;
        std::vector<double> blocks; ///< mean loss of so many positions each
        double lost;                ///< from the second half of the trained length to what lies beyond it
        std::string_view label() const { return is_changed ? "changed" : scheme_row(scheme).label; }
    };
    void collect(const View& view);
    void add_curve(const PositionStudy::OfModel& of, bool is_changed);
    void write_finding();
    void draw_header(const View& view, Commands& commands, const UiRect& line);
    void draw_chart(const UiRect& area) const;
    void draw_trained_length(const LineChart& chart) const;
    void draw_labels(const UiRect& chart, double least, double greatest) const;

    bool has_beyond() const { return trained_length_ > 0 && trained_length_ < length_; }

    // What was collected last, and of what.
    std::uint64_t version_ = 0; ///< of the snapshot
    int run_ = -1;
    std::vector<Curve> curves_; ///< of the schemes that were read, the greatest last loss first
    int trained_length_ = 0, length_ = 0;
    std::string finding_; ///< what the curves say, in words

    fmt::memory_buffer text_;
};

} // namespace gf::ui
