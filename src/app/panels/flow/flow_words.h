#pragma once
// What Flow says in words: its subtitle and its tooltips.

#include "app/panels/flow/flow_columns.h"
#include "core/stream_measures.h"
#include "session/snapshot.h"

#include <fmt/format.h>

namespace gf::ui {

/// What is in focus, which rows are shown, what is pooled or missing.
void write_flow_subtitle(const Snapshot& snapshot, const FlowLayout& layout, fmt::memory_buffer& out);
/// Name, shape, formula and parameters of a column's site.
void write_site_tooltip(const Snapshot& snapshot, const FlowColumn& column, fmt::memory_buffer& out);
void write_layer_tooltip(const Snapshot& snapshot, const StreamMeasures& measures, int layer, int row,
                         fmt::memory_buffer& out);

} // namespace gf::ui
