#pragma once
// The glossary on the card of F1: all terms to the left, what the chosen one means to the right. Used by
// HelpCard.

#include "core/words/term.h"

#include <string>
#include <vector>

namespace gf::ui {

class GlossaryPage {
  public:
    /// Chooses a term, which is scrolled into sight; null leaves the choice as it was.
    void choose(const Term* term);
    /// Clears the search and gives its field the keyboard in the next draw().
    void appear();
    /// Draws into the current window, `width` and `height` pixels large.
    void draw(float width, float height);

  private:
    void search();
    void draw_list(float width, float height);
    void draw_entry(float width, float height);

    std::string query_;
    std::vector<const Term*> found_;
    const Term* chosen_ = nullptr;
    bool appears_ = false, scrolls_ = false;
};

} // namespace gf::ui
