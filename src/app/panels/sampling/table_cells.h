#pragma once
// What stands in a row of the table of the Sampling panel: name, pills, numbers and bars, in columns that all
// rows and the heading share. Used by the TokenTable.

#include "app/host/ui_rect.h"
#include "app/panels/sampling/sampling_panel_state.h"

namespace gf::ui {

/// Draws the heading over rows that are `width` pixels wide, from `at` on. It says that only `n_shown` tokens
/// have a row, where there are more.
void draw_table_heading(SamplingPanelState& state, ImVec2 at, float width, float height, int n_shown);
/// Draws a token into a row.
void draw_table_cells(SamplingPanelState& state, int id, const UiRect& row);
/// Draws what all tokens that have no row have together: how many there are, and their probability.
void draw_rest_of_tokens(SamplingPanelState& state, int n_tokens, double probability, const UiRect& row);

/// The short name of the stage that cut a token. Its `cut_by` is not 0.
std::string_view cutting_stage(const SampleStep& step, int id);
/// Whether the table shows how often tokens were drawn, in place of logits.
inline bool shows_counts(const SamplingPanelState& state) {
    return state.resampling() && state.resamples().done();
}

} // namespace gf::ui
