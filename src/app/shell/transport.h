#pragma once
// Transport: the top bar. Model, prompt, playback, seed, speed, undo, and the menu of the window.

#include "app/shell/window_menu.h"

#include <string>

namespace gf::ui {

class Transport {
  public:
    /// Fills the bar. Without a run only the program's name, the model and the menu are shown.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, Commands& commands);

  private:
    void name_model(const Snapshot& snapshot);
    /// A text as typed; as the snapshot had it last; whose characters were asked for.
    struct Entry {
        std::string typed, shown, glyphs_of;
    };
    void draw_texts(const Snapshot& snapshot, Commands& commands, float width);
    bool draw_entry(Entry& entry, const char* label, const std::string& text, const char* hint, float width);
    void draw_buttons(const Snapshot& snapshot, Commands& commands);
    void draw_speed(const Snapshot& snapshot, Commands& commands);
    void draw_seed(const Snapshot& snapshot, Commands& commands);
    void draw_undo(const Snapshot& snapshot, Commands& commands);

    std::shared_ptr<const Model> named_model_; ///< what name_ is of
    std::string name_;
    Entry prompt_, source_;
    std::string seed_;
    std::uint64_t shown_seed_ = 0;
    std::string text_;
    float controls_width_ = 0; ///< right of the prompt
    WindowMenu menu_;
};

} // namespace gf::ui
