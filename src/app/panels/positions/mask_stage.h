#pragma once
// No positions at all: what the mask alone tells. Who may see whom in the run, and how well a probe reads the
// position from the stream. Used by the panel Positions.

#include "app/panels/positions/stage_context.h"
#include "app/widgets/heat_map_widget.h"

#include <vector>

namespace gf::ui {

/// The bars of the probe: the words alone, then the stream after each layer. Draws nothing without values.
void draw_probe_bars(const std::vector<double>& r_squared, const UiRect& area);
/// What they take in height, in pixels, at most.
float probe_bars_height(std::size_t n);

class MaskStage {
  public:
    /// `study` is null where nothing was measured yet.
    void draw(const StageContext& c, const PositionStudy* study);
    /// The visible cells of the head, as a map.
    void draw_mask(const StageContext& c, const UiRect& rect);

  private:
    HeatMapWidget mask_;
    std::weak_ptr<const Trace> shown_run_;
    HeadRef shown_head_{-1, -1};
    std::vector<float> row_; ///< working memory
};

} // namespace gf::ui
