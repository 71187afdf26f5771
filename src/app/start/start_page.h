#pragma once
// What the window shows while no model is open: the models that ship, and others by path, from the disk, or
// among the recent ones.

#include "app/start/file_browser.h"
#include "app/start/gallery.h"
#include "app/start/recent_model.h"
#include "app/view/panel.h"

#include <string>
#include <vector>

namespace gf::ui {

class StartPage {
  public:
    /// `models`: the folder of those that ship; empty: there is none.
    explicit StartPage(std::filesystem::path models) : gallery_(std::move(models)) {}

    /// Fills the window from `top` to `bottom`, in pixels. `message`: what came of the last attempt; empty:
    /// nothing yet. Items are "Start/models/NAME", "Start/Model", "Start/Tokenizer", "Start/Open",
    /// "Start/recent/0", "Start/files/NAME" and the message itself.
    void draw(float top, float bottom, const std::vector<RecentModel>& recent, const std::string& message,
              bool message_is_error, Commands& commands);
    /// Whether a model stands in the gallery, and so need not be among the recent ones.
    bool ships(const std::filesystem::path& model) const { return gallery_.ships(model); }
    bool was_drawn() const { return frame_ >= 0; }
    /// Files dropped on the window: a model is opened with the next draw(), a tokenizer alone is only
    /// entered.
    void dropped(const std::vector<std::string>& paths);

  private:
    struct RecentRow {
        std::string label, name, folder, tip; ///< label: the item's
        bool missing = false;
    };
    void refresh(const std::vector<RecentModel>& recent);
    void list_recent(const std::vector<RecentModel>& recent);
    void note_paths();
    void open(Commands& commands);
    void draw_gallery(float width, bool leads_on, Commands& commands);
    void draw_form(float width, Commands& commands);
    void draw_message(float width, const std::string& message, bool is_error);
    void draw_files(float width, float most, Commands& commands);
    void draw_recent(float width, Commands& commands);

    std::string model_, tokenizer_;             // as typed
    std::string noted_model_, noted_tokenizer_; // what the texts below are about
    std::string model_note_, tokenizer_note_, tokenizer_hint_, guess_;
    std::vector<RecentModel> recent_;
    std::vector<RecentRow> recent_rows_;
    std::string shown_message_;
    Gallery gallery_;
    FileBrowser files_;
    int frame_ = -1; // of ImGui, drawn last
    bool open_now_ = false, to_form_ = false;
};

} // namespace gf::ui
