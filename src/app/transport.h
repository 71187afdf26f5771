#pragma once
// Transport: the top bar. Model, prompt, playback, speed, seed, undo, view.

#include "app/panel.h"
#include "app/settings.h"

#include <string>

namespace gf {

class Transport {
  public:
    /// Fills the bar. Without a run only the program's name, the model and the view menu are shown.
    void draw(const Snapshot& snapshot, Commands& commands, const Settings& settings);

    /// What the view menu asked for, once.
    bool take_reset_layout() { return std::exchange(reset_layout_, false); }
    bool take_open_file() { return std::exchange(open_file_, false); }

  private:
    void draw_prompt(const Snapshot& snapshot, Commands& commands, float width);
    void draw_buttons(const Snapshot& snapshot, Commands& commands);
    void draw_speed(const Snapshot& snapshot, Commands& commands);
    void draw_seed(const Snapshot& snapshot, Commands& commands);
    void draw_view_menu(const Snapshot& snapshot, Commands& commands, const Settings& settings);

    std::string prompt_, shown_prompt_; ///< as typed; as the snapshot had it last
    std::string seed_;
    std::uint64_t shown_seed_ = 0;
    std::string text_;
    bool reset_layout_ = false, open_file_ = false;
};

} // namespace gf
