#pragma once
// The menu of other tokens at a place of the text. Used by the Text panel, for each of its tokens and for
// what comes next.

#include "app/view/panel.h"

#include <string>
#include <vector>

namespace gf::ui {

class AlternativesMenu {
  public:
    /// Opens the menu of the present scope of IDs.
    static void open();
    /// Draws the menu if it was opened in the present scope of IDs. It lists the likeliest tokens under the
    /// raw logits that predict `position`, which is at least 1; choosing one branches there.
    void draw(const View& view, int position, Commands& commands);

  private:
    void find_likeliest(const View& view, int position);
    void draw_row(int id, double p, bool is_present, int position, Commands& commands);

    std::vector<int> ids_;              ///< the likeliest first
    std::vector<double> probabilities_; ///< of ids_
    std::string label_;
    // What the tokens were found for.
    std::shared_ptr<const Trace> trace_;
    int position_ = -1;
};

} // namespace gf::ui
