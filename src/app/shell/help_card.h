#pragma once
// F1: all keys and gestures, from the tables of app/keys.h.

namespace gf::ui {

class HelpCard {
  public:
    void open(bool on) { wanted_ = on, closing_ = !on; }
    /// Once a frame, inside a window. Its window is called "Keys".
    void draw();

  private:
    bool wanted_ = false, closing_ = false;
};

} // namespace gf::ui
