#pragma once
// The menu of other tokens at a place of the text.

#include "app/view/panel.h"

#include <fmt/format.h>

namespace gf::ui {

class Alternatives {
  public:
    static constexpr int k_count = 12;
    static void open();
    /// Draws the menu if it was opened in the present scope of IDs: the likeliest tokens at `position`, at
    /// least 1, under the raw logits; choosing one branches there.
    void draw(const Snapshot& snapshot, int position, Commands& commands);

  private:
    void look_up(const Snapshot& snapshot, int position);
    void row(int id, double p, bool present, int position, Commands& commands);

    std::vector<int> ids_;
    std::vector<double> p_;
    std::string label_;
    // What they were found for.
    std::shared_ptr<const Trace> trace_;
    int position_ = -1;
};

/// Part of a label: Dear ImGui shows nothing from "##" on.
std::string in_label(std::string text);

} // namespace gf::ui
