#pragma once
// The line below Flow's rows: what the row in view listens to, in one sentence, what the colours mean, and
// which rows are hidden. Drawn by FlowPanel.

#include "app/panels/flow/flow_columns.h"
#include "app/panels/flow/flow_maps.h"
#include "app/view/view.h"

#include <fmt/format.h>

namespace gf::ui {

class FlowLegend {
  public:
    /// Between the pixels `left` and `right`, from `y` on. `row_in_view`: of the token in view.
    void draw(const View& view, const FlowLayout& layout, const FlowMaps& maps, int row_in_view, UiRect line);

  private:
    void write_sentence(const View& view, const FlowLayout& layout, int row_in_view);
    float draw_rows_shown(const FlowLayout& layout, const UiRect& line);
    void draw_ramps(const View& view, const FlowLayout& layout, const FlowMaps& maps, float left, float right,
                    float y);

    fmt::memory_buffer text_;
};

} // namespace gf::ui
