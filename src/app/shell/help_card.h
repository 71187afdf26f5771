#pragma once
// F1: a card with all keys and gestures, from the tables of app/view/key_bindings.h, and the glossary. Used
// by the Workbench.

#include "app/shell/glossary_page.h"

namespace gf::ui {

class HelpCard {
  public:
    /// Opens the card in the next draw(), or closes it. To open an open card closes it, too.
    void open(bool on) {
        opens_ = on;
        if (on) page_ = Page::keys;
        closes_ = !on;
    }
    /// Opens the glossary in the next draw(), at this term if it is not null.
    void explain(const Term* term);
    /// Once a frame, inside a window. The card is a window of the name "Keys".
    void draw();

  private:
    enum class Page { keys, words };
    void draw_header(float room);
    void draw_keys(float room, bool two_columns);

    bool opens_ = false, closes_ = false; ///< in the next draw()
    bool explains_ = false;               ///< a term was asked for: the card opens, or stays open
    Page page_ = Page::keys;
    GlossaryPage glossary_;
};

} // namespace gf::ui
