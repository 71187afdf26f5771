#pragma once
// F1: a card with all keys and gestures, from the tables of app/view/key_bindings.h. Used by the Workbench.

namespace gf::ui {

class HelpCard {
  public:
    /// Opens the card in the next draw(), or closes it. To open an open card closes it, too.
    void open(bool on) {
        opens_ = on;
        closes_ = !on;
    }
    /// Once a frame, inside a window. The card is a window of the name "Keys".
    void draw();

  private:
    bool opens_ = false, closes_ = false; ///< in the next draw()
};

} // namespace gf::ui
