#pragma once
// What the window shows while no model is open: a model to open, by path, from the disk, or one of the recent ones.

#include "app/file_browser.h"
#include "app/panel.h"
#include "app/settings.h"

#include <string>
#include <vector>

namespace gf {

class StartPage {
  public:
    /// Fills the window from `top` to `bottom`, in pixels. `message`: what came of the last attempt; empty: nothing yet. Items
    /// are "Start/Model", "Start/Tokenizer", "Start/Open", "Start/recent/0", "Start/files/NAME" and the message itself.
    void draw(float top, float bottom, const Settings& settings, const std::string& message, bool message_is_error,
              Commands& commands);
    /// Files dropped on the window: a model is opened with the next draw(), a tokenizer alone is only entered.
    void dropped(const std::vector<std::string>& paths);

  private:
    struct RecentRow {
        std::string label, name, folder, tip; ///< label: the item's
        bool missing = false;
    };
    void refresh(const Settings& settings);
    void list_recent(const std::vector<RecentModel>& recent);
    void note_paths();
    void open(Commands& commands);
    void draw_form(float width, Commands& commands);
    void draw_message(float width, const std::string& message, bool is_error);
    void draw_files(float width, float most, Commands& commands);
    void draw_recent(float width, Commands& commands);

    std::string model_, tokenizer_;             // as typed
    std::string noted_model_, noted_tokenizer_; // what the texts below are about
    std::string model_note_, tokenizer_note_, tokenizer_hint_, guess_;
    std::vector<RecentModel> recent_;
    std::vector<RecentRow> recent_rows_;
    std::string glyphs_of_; // the message whose characters were asked for
    FileBrowser files_;
    int frame_ = -1; // of ImGui, drawn last
    bool open_now_ = false;
};

} // namespace gf
