#pragma once
// The chips of a layer's heads above the lines of the Head panel: which of them are drawn together, each in
// its hue. A click adds or leaves out a head, a double click shows it alone and, once more, all of them.

#include "app/panels/heads/head_context.h"

#include <string>
#include <string_view>
#include <vector>

namespace gf::ui {

/// Which heads are drawn as lines, in words: "one" (that in view), "all", or numbers as in "0 2 5".
class ShownHeads {
  public:
    /// @throws Error if the words are none of these
    void choose(std::string_view words);
    const std::string& words() const { return words_; }
    /// The heads to draw, of a model with so many, in ascending order; at least one. Valid until the next
    /// call.
    std::span<const int> of(int head_in_view, int n_heads);

    void toggle(int head, const HeadContext& context);
    /// Brings the head into view and shows that one.
    void show_alone(int head, const HeadContext& context);
    /// Whether it was the only one before the last toggle(): the first click of a double click toggles, too.
    bool was_alone(int head) const { return alone_before_ == head; }

  private:
    int alone_before_ = -1;
    std::string words_ = "one";
    std::vector<int> chosen_; ///< with numbers
    std::vector<int> shown_;  ///< the result of of()
};

/// Height in pixels of the chips' line.
float head_chips_height();
/// Draws the chips into `line`, those of context.heads filled.
void draw_head_chips(const HeadContext& context, ShownHeads& heads, const UiRect& line);

} // namespace gf::ui
