#pragma once
// Draws the plots of an experiment, which are plain data. Used by the Experiment panel.

#include "labs/lab_results.h"

#include "app/host/ui_rect.h"

#include <optional>
#include <string_view>

namespace gf::ui {

/// Fills `area` with the plot. `guess`: a learner's prediction on the upright axis, drawn as a dashed line.
void draw_lab_plot(const LabPlot& plot, const UiRect& area, std::optional<double> guess);

/// Hatching with a lock and words in the place of what gives an answer away.
void draw_locked(const UiRect& area, std::string_view words);

} // namespace gf::ui
