#pragma once
// Transport: the top bar with model, prompt, playback, seed, speed, undo, and the menu of the window. Used by
// the Workbench.

#include "app/shell/window_menu.h"

#include <cstdint>
#include <memory>
#include <string>

namespace gf::ui {

class Transport {
  public:
    /// Fills the bar. Without a run it shows only the program's name, the model and the menu.
    void draw(const Snapshot& snapshot, const PanelArrangement& arrangement, PanelList panels,
              const Settings& settings, Commands& commands);

  private:
    struct TextEntry {
        std::string typed;
        std::string in_snapshot; ///< the snapshot's text in the last frame; another one replaces `typed`
        std::string with_glyphs; ///< its characters were asked for
    };
    void update_model_label(const Snapshot& snapshot, std::size_t most);
    void draw_model(const Snapshot& snapshot, bool with_shape, Commands& commands);
    void draw_run_controls(const Snapshot& snapshot, float bar_width, float bar_left, float menu_width,
                           Commands& commands);
    void draw_texts(const Snapshot& snapshot, Commands& commands, float width);
    bool draw_text_entry(TextEntry& entry, const char* label, const std::string& text, const char* hint,
                         float width);
    void draw_buttons(const Snapshot& snapshot, bool with_ends, Commands& commands);
    void draw_speed(const Snapshot& snapshot, Commands& commands);
    void draw_seed(const Snapshot& snapshot, Commands& commands);
    void draw_counter(const Snapshot& snapshot);
    void draw_undo(const Snapshot& snapshot, Commands& commands);

    std::shared_ptr<const Model> labelled_model_; ///< the model of model_label_
    std::size_t label_length_ = 0;                ///< bytes that the label may have
    std::string model_label_;
    TextEntry prompt_, source_;
    std::string seed_;             ///< as typed
    std::uint64_t shown_seed_ = 0; ///< the snapshot's seed in the last frame
    std::string text_;             ///< memory for one text at a time
    float controls_width_ = 0;     ///< of all right of the prompt in the last frame, in pixels
    WindowMenu menu_;
};

} // namespace gf::ui
