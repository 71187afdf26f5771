#pragma once
// What the window shows while no model is open, and over an open one when another is looked for: the models
// that ship, and ways to open others, by path, from the disk or among the recent ones. Used by the Workbench.

#include "app/start/file_browser.h"
#include "app/start/gallery.h"
#include "app/start/recent_model.h"
#include "app/view/panel.h"

#include <string>
#include <vector>

namespace gf::ui {

class StartPage {
  public:
    /// `models`: the folder of the models that ship; empty: there is none.
    explicit StartPage(std::filesystem::path models) : gallery_(std::move(models)) {}

    /// Fills the window from `top` to `bottom`, in pixels. `message` says what came of the last attempt to
    /// open a model; empty: there is nothing to say. Items are "Start/models/NAME", "Start/Model",
    /// "Start/Tokenizer", "Start/Open", "Start/recent/0", "Start/files/NAME" and the message itself.
    void draw(float top, float bottom, const std::vector<RecentModel>& recent, const std::string& message,
              bool message_is_error, Commands& commands);
    /// Whether a folder is that of a model of the gallery, which need not be among the recent ones.
    bool ships(const std::filesystem::path& model) const { return gallery_.ships(model); }
    bool was_drawn() const { return last_frame_ >= 0; }
    /// Opens the model among files that were dropped on the window, in the next draw(). A tokenizer alone is
    /// only entered into its field.
    void open_dropped_files(const std::vector<std::string>& paths);

  private:
    struct RecentRow {
        std::string label; ///< of the item
        std::string name, folder;
        std::string tip; ///< text of the tooltip
        bool missing = false;
    };
    void refresh(const std::vector<RecentModel>& recent);
    void list_recent(const std::vector<RecentModel>& recent);
    void describe_fields();
    void open(Commands& commands);
    void draw_learn(float width, Commands& commands);
    void draw_gallery(float width, bool with_form_button, Commands& commands);
    void draw_side(float width, float bottom, Commands& commands);
    void draw_form(float width, Commands& commands);
    void draw_message(float width, const std::string& message, bool is_error);
    void draw_files(float width, float most_height, Commands& commands);
    void draw_recent(float width, Commands& commands);
    void draw_recent_row(std::size_t index, float width, float names_width, Commands& commands);

    std::string model_, tokenizer_;                     ///< as typed
    std::string described_model_, described_tokenizer_; ///< as typed when describe_fields() looked
    std::string model_description_, tokenizer_description_;
    std::string guessed_tokenizer_; ///< taken when no tokenizer is typed; may be empty
    std::string tokenizer_hint_;    ///< stands in the empty field
    std::vector<RecentModel> recent_;
    std::vector<RecentRow> recent_rows_; ///< one for each of recent_
    std::string shown_message_;
    Gallery gallery_;
    FileBrowser files_;
    int last_frame_ = -1; ///< ImGui's number of the frame that was drawn last; -1: none
    bool opens_in_next_draw_ = false, focuses_form_ = false;
};

} // namespace gf::ui
