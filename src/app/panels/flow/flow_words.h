#pragma once
// The texts of Flow: its subtitle and its tooltips. Used by FlowPanel.

#include "app/panels/flow/flow_columns.h"
#include "app/view/view.h"
#include "measures/stream_measures.h"

#include <fmt/format.h>

namespace gf::ui {

// All append to `out`.

/// Writes what is in focus, which rows are shown, and what is pooled or missing.
void write_flow_subtitle(const View& view, const FlowLayout& layout, fmt::memory_buffer& out);
/// Writes the name, shape, formula and parameters of a column's site.
void write_site_tooltip(const View& view, const FlowColumn& column, fmt::memory_buffer& out);
/// Writes how much a folded layer's sub-layers add to the stream of one row, as far as it is measured.
void write_layer_tooltip(const View& view, const StreamMeasures& measures, int layer, int row,
                         fmt::memory_buffer& out);

} // namespace gf::ui
