#pragma once
// The menu of other tokens at a place of the text. Used by the Text panel, for each of its tokens and for
// what comes next.

#include "app/host/ui_rect.h"
#include "app/view/panel.h"
#include "core/sampling/sampling.h"

#include <string>
#include <vector>

namespace gf::ui {

class AlternativesMenu {
  public:
    /// Opens the menu of the present scope of IDs.
    static void open();
    /// Draws the menu if it was opened in the present scope of IDs, beside `token`. It lists the likeliest
    /// tokens at `position`, which is at least 1, with their probabilities under the chain of sampling, as
    /// the Sampling panel has them; choosing one branches there.
    void draw(const View& view, int position, const UiRect& token, Commands& commands);

  private:
    void find_likeliest(const View& view, int position);
    void draw_row(int id, bool is_present, int position, Commands& commands);

    std::vector<int> ids_; ///< the likeliest first, those that were cut behind them
    Sampler sampler_;
    SampleStep step_; ///< what the chain makes of the logits there
    std::string label_;
    // What the tokens were found for.
    std::weak_ptr<const Trace> trace_;
    int position_ = -1;
    SamplingChain chain_;
};

} // namespace gf::ui
