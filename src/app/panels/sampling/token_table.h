#pragma once
// The table of the likeliest tokens: logit, probability, and bars of the probability without and with the
// stage in focus, or of the resamples. The token that is drawn always has a row. Used by the Sampling panel
// only.

#include "app/panels/sampling/sampling_panel_state.h"
#include "app/view/panel.h"

#include <imgui.h>

namespace gf::ui {

class TokenTable {
  public:
    /// Draws into a rectangle of `size` pixels at the cursor. A click on a row chooses its token, a double
    /// click writes it.
    void draw(SamplingPanelState& state, const View& view, Selection& selection, Commands& commands,
              ImVec2 size);
    /// Pixels.
    static float row_height();
    static float heading_height();

  private:
    void scroll_to_top_of_new_list(const SamplingPanelState& state, const View& view);
    int draw_list(SamplingPanelState& state, const View& view, Selection& selection, ImVec2 size);
    void draw_rest(SamplingPanelState& state, int n_seen, bool next_is_apart, float width) const;
    void draw_row(SamplingPanelState& state, int id, float width, const View& view, Selection& selection);
    void write_on_double_click(SamplingPanelState& state, Commands& commands);

    /// The row that was clicked last, and when: the second click of a double click may meet something else in
    /// its place.
    int clicked_token_ = -1;
    double click_time_ = -1; ///< seconds, as of ImGui::GetTime()
    // The list that may have been scrolled: that of a run, at a row of it.
    std::weak_ptr<const Trace> listed_trace_;
    int listed_row_ = -1;
};

/// Whether the left mouse button is being released from the second click of a double click.
bool is_end_of_double_click();

} // namespace gf::ui
